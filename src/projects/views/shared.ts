import { Type } from 'typebox';

export const id = Type.String({ format: 'uuid' });

export const nullable = {
  string: Type.Union([Type.String(), Type.Null()]),
  number: Type.Union([Type.Number(), Type.Null()]),
  integer: Type.Union([Type.Integer(), Type.Null()]),
  date: Type.Union([Type.String({ format: 'date' }), Type.Null()]),
  time: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
  id: Type.Union([id, Type.Null()]),
};
