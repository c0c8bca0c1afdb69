import { text } from 'node:stream/consumers';
import { crc32, deflateRawSync } from 'node:zlib';
import { fromBuffer } from 'yauzl';

/** The text of a part of a ZIP file, as the XML of a sheet: what readers of workbooks make of it leaves out drop-downs and colours. */
export async function partOf(file: Buffer, path: string): Promise<string> {
  return await new Promise((resolve, reject) => {
    fromBuffer(file, (error, zip) => {
      if (error) return reject(error);
      zip.on('end', () => reject(new Error(`no ${path}`)));
      zip.on('entry', (entry) => {
        if (entry.fileName !== path) return;
        zip.openReadStream(entry, (failure, stream) => (failure ? reject(failure) : resolve(text(stream))));
      });
    });
  });
}

/** A ZIP file of these parts. `says` are the inflated sizes that parts pretend to have. */
export function zipOf(
  parts: Readonly<Record<string, string | Buffer>>,
  says: Readonly<Record<string, number>> = {},
): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [path, content] of Object.entries(parts)) {
    const name = Buffer.from(path);
    const bytes = Buffer.from(content);
    const packed = deflateRawSync(bytes);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(says[path] ?? bytes.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), common, name]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\u0001\u0002'), Buffer.from([20, 0]), common, tail, name]));
    bodies.push(local, packed);
    offset += local.length + packed.length;
  }
  const entries = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006');
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(entries.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...bodies, entries, end]);
}

const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

/** A workbook as other programs write it: one sheet of this XML, with shared strings where there are some. */
export function workbookFile(
  sheetXml: string,
  options: {
    strings?: string;
    date1904?: boolean;
    extra?: Record<string, string | Buffer>;
    says?: Record<string, number>;
  } = {},
): Buffer {
  const { strings, date1904 = false, extra = {}, says = {} } = options;
  return zipOf(
    {
      '_rels/.rels': `<Relationships><Relationship Id="a" Type="${office}/officeDocument" Target="/xl/workbook.xml"/></Relationships>`,
      'xl/workbook.xml': `<x:workbook xmlns:x="m" xmlns:r="${office}"><x:workbookPr date1904="${date1904}"/><x:sheets><x:sheet name="藏" state="hidden" r:id="h"/><x:sheet name="表" r:id="b"/></x:sheets></x:workbook>`,
      'xl/_rels/workbook.xml.rels': `<Relationships><Relationship Id="b" Type="${office}/worksheet" Target="worksheets/one.xml"/><Relationship Id="s" Type="${office}/sharedStrings" Target="strings.xml"/></Relationships>`,
      'xl/worksheets/one.xml': sheetXml,
      'xl/strings.xml': strings ?? '<sst/>',
      ...extra,
    },
    says,
  );
}

/** The XML of a sheet with these rows: text in its cells, numbers, and cells given as XML. */
export function sheetXml(rows: readonly (readonly (string | number | { xml: string } | null)[])[], after = ''): string {
  const xml = rows.map((cells) => {
    const each = cells.map((cell) => {
      if (cell === null) return '<c/>';
      if (typeof cell === 'number') return `<c><v>${cell}</v></c>`;
      if (typeof cell === 'object') return cell.xml;
      const text = cell.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
      return `<c t="inlineStr"><is><t>${text}</t></is></c>`;
    });
    return `<row>${each.join('')}</row>`;
  });
  return `<worksheet><sheetData>${xml.join('')}</sheetData>${after}</worksheet>`;
}
