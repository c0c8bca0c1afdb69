import { invalidState } from './errors.ts';

/** One row of a transition table: the states a step may start from, and where it leads. */
export interface Transition<State extends string> {
  from: readonly State[];
  to: State;
}

/**
 * Where a step leads from the state a record is in.
 * @throws AppError INVALID_STATE (naming that state) when the table has no such step
 */
export function nextState<State extends string, Step extends string>(
  table: Readonly<Record<Step, Transition<State>>>,
  step: Step,
  state: State,
): State {
  const transition = table[step];
  if (!transition.from.includes(state)) {
    throw invalidState(state, {
      zh: `当前状态为“${state}”，不能执行“${step}”；可执行的状态：${transition.from.join('、')}。`,
      en: `The record is "${state}"; "${step}" is possible from: ${transition.from.join(', ')}.`,
    });
  }
  return transition.to;
}
