import { Type } from 'typebox';
import { tableResponse } from '../../http/table-download.ts';

const Form = Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Null()]), {
  description: 'A field of the national form by its Chinese name; amounts in units of 10,000 yuan (万元).',
  examples: [{ 合同登记编号: '2026640300000001', 项目名称: '枸杞鲜奶联合开发', '合同成交总金额（万元）': 80 }],
});

/** How the form of one contract stands in the API's description. */
export const formResponse = tableResponse('The form, as a file in the format asked for.', Form);
