/** A variable of a transport file for tests; numbers unless `length` of text is given. */
type TestVariable = { name: string; label?: string; format?: string; text?: number };

export type TestMember = {
  name: string;
  label?: string;
  variables: TestVariable[];
  rows: (string | number | null)[][];
};

const STAMP = "01JAN24:00:00:00";

/** A SAS transport file of version 5 or 8, as the format's description says, for tests of the reader. */
export function writeXpt(members: TestMember[], version: 5 | 8 = 5): Buffer {
  const library = version === 5 ? "LIBRARY" : "LIBV8";
  return Buffer.concat([
    header(library),
    card(`SAS     SAS     SASLIB  9.4     Linux   ${" ".repeat(24)}${STAMP}`),
    card(STAMP),
    ...members.map((member) => memberBytes(member, version)),
  ]);
}

function memberBytes({ name, label = "", variables, rows }: TestMember, version: 5 | 8): Buffer {
  const isV8 = version === 8;
  const dataSet = isV8
    ? `SAS     ${name.padEnd(32)}SASDATA 9.4     Linux   ${STAMP}`
    : `SAS     ${name.padEnd(8)}SASDATA 9.4     Linux   ${" ".repeat(24)}${STAMP}`;
  const cards = [
    header(isV8 ? "MEMBV8" : "MEMBER", "000000000000000001600000000140"),
    header(isV8 ? "DSCPTV8" : "DSCRPTR"),
    card(dataSet),
    card(STAMP + " ".repeat(16) + label.padEnd(40)),
    header(isV8 ? "NAMSTV8" : "NAMESTR", `000000${String(variables.length).padStart(4, "0")}`.padEnd(30, "0")),
    pad(Buffer.concat(nameRecords(variables, isV8))),
    ...(isV8 ? longLabels(variables) : []),
    header(isV8 ? "OBSV8" : "OBS"),
    pad(Buffer.concat(rows.flatMap((row) => variables.map((variable, index) => cell(variable, row[index] ?? null))))),
  ];
  return Buffer.concat(cards);
}

function nameRecords(variables: TestVariable[], isV8: boolean): Buffer[] {
  let position = 0;
  return variables.map(({ name, label = "", format = "", text }, index) => {
    const bytes = Buffer.alloc(140);
    const length = text ?? 8;
    bytes.writeInt16BE(text === undefined ? 1 : 2, 0);
    bytes.writeInt16BE(length, 4);
    bytes.writeInt16BE(index + 1, 6);
    bytes.write(name.slice(0, 8).padEnd(8), 8, "latin1");
    bytes.write(label.slice(0, 40).padEnd(40), 16, "latin1");
    bytes.write(format.padEnd(8), 56, "latin1");
    bytes.writeInt32BE(position, 84);
    if (isV8) bytes.write(name.padEnd(32), 88, "latin1");
    position += length;
    return bytes;
  });
}

function longLabels(variables: TestVariable[]): Buffer[] {
  const long = variables.flatMap(({ name, label = "" }, index) => {
    if (label.length <= 40) return [];
    const lengths = Buffer.alloc(6);
    for (const [at, value] of [index + 1, name.length, label.length].entries()) lengths.writeUInt16BE(value, at * 2);
    return [Buffer.concat([lengths, Buffer.from(name + label, "latin1")])];
  });
  if (long.length === 0) return [];
  return [header("LABELV8", String(long.length).padStart(5, "0").padEnd(30, "0")), pad(Buffer.concat(long))];
}

function cell({ text }: TestVariable, value: string | number | null): Buffer {
  if (text === undefined) return ibmNumber(value === null ? null : Number(value));
  return Buffer.concat([Buffer.from(String(value ?? ""), "utf8"), Buffer.alloc(text, 0x20)]).subarray(0, text);
}

/** A double as an IBM number of eight bytes; null is SAS's `.`. */
function ibmNumber(value: number | null): Buffer {
  const bytes = Buffer.alloc(8);
  if (value === null) bytes[0] = 0x2e;
  if (value === null || value === 0) return bytes;
  let exponent = 0;
  let fraction = Math.abs(value);
  for (; fraction >= 1; exponent++) fraction /= 16;
  for (; fraction < 1 / 16; exponent--) fraction *= 16;
  bytes[0] = (value < 0 ? 0x80 : 0) | (64 + exponent);
  let mantissa = BigInt(Math.round(fraction * 2 ** 56));
  for (let at = 7; at > 0; at--) {
    bytes[at] = Number(mantissa & 255n);
    mantissa >>= 8n;
  }
  return bytes;
}

function header(kind: string, numbers = "0".repeat(30)): Buffer {
  return card(`HEADER RECORD*******${kind.padEnd(8)}HEADER RECORD!!!!!!!${numbers}`);
}

function card(text: string): Buffer {
  return Buffer.from(text.padEnd(80).slice(0, 80), "latin1");
}

function pad(bytes: Buffer): Buffer {
  const rest = bytes.length % 80;
  return rest === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(80 - rest, 0x20)]);
}
