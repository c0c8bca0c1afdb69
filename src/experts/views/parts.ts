import { Type } from 'typebox';

export const id = Type.String({ format: 'uuid' });
export const day = Type.String({ format: 'date' });
export const time = Type.String({ format: 'date-time' });
export const nullable = {
  string: Type.Union([Type.String(), Type.Null()]),
  day: Type.Union([day, Type.Null()]),
  time: Type.Union([time, Type.Null()]),
  id: Type.Union([id, Type.Null()]),
};
export const Kind = Type.Enum(['expert', 'commissioner']);
export const Purpose = Type.Enum(['diagnosis', 'service', 'visit']);
