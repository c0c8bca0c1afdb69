import { type Static, Type } from 'typebox';
import { id, nullable } from './shared.ts';

const date = Type.String({ format: 'date' });
const percent = Type.Number({ description: 'Percent of the whole, weighted with the payment shares.' });

/** All dates are days in China. */
export const ProgressView = Type.Object(
  {
    projectId: id,
    asOf: Type.String({ format: 'date', description: 'Today, or the day on which the project ended.' }),
    startsOn: date,
    endsOn: date,
    plannedShare: percent,
    acceptedShare: percent,
    paidShare: percent,
    milestones: Type.Array(
      Type.Object({
        id,
        position: Type.Integer(),
        title: Type.String(),
        status: Type.Enum(['planned', 'submitted', 'accepted', 'rework', 'paid']),
        plannedStartOn: date,
        plannedEndOn: date,
        submittedOn: nullable.date,
        acceptedOn: nullable.date,
        paidOn: nullable.date,
        weight: percent,
        lateDays: Type.Integer({ description: 'From the due date to the submission, or to asOf while there is none.' }),
      }),
    ),
    points: Type.Array(
      Type.Object({
        on: date,
        plannedShare: percent,
        acceptedShare: Type.Union([Type.Number(), Type.Null()], { description: 'Null of days to come.' }),
      }),
      { description: 'In order of time: wherever one of the two curves steps, and asOf.' },
    ),
  },
  {
    examples: [
      {
        projectId: '0192f0c4-a000-7c33-8e04-60718293a4b5',
        asOf: '2027-04-10',
        startsOn: '2026-12-01',
        endsOn: '2027-09-30',
        plannedShare: 40,
        acceptedShare: 40,
        paidShare: 0,
        milestones: [
          {
            id: '0192f0c4-aa00-7d44-8f05-718293a4b5c6',
            position: 1,
            title: '完成小试配方',
            status: 'accepted',
            plannedStartOn: '2026-12-01',
            plannedEndOn: '2027-03-31',
            submittedOn: '2027-04-02',
            acceptedOn: '2027-04-06',
            paidOn: null,
            weight: 40,
            lateDays: 2,
          },
        ],
        points: [
          { on: '2026-12-01', plannedShare: 0, acceptedShare: 0 },
          { on: '2027-03-31', plannedShare: 40, acceptedShare: 0 },
          { on: '2027-04-06', plannedShare: 40, acceptedShare: 40 },
          { on: '2027-04-10', plannedShare: 40, acceptedShare: 40 },
          { on: '2027-09-30', plannedShare: 100, acceptedShare: null },
        ],
      },
    ],
  },
);
export type ProgressView = Static<typeof ProgressView>;
