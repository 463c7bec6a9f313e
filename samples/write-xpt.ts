// SAS XPORT version 5: 80-byte header records, then fixed-width observations with IBM floating-point numbers.
// Layout from SAS technical note TS-140.

export type XptVariable = { name: string; label: string; kind: "text" | "number"; length: number };

const CARD = 80;
const NAMESTR = 140;
const STAMP = "01JAN26:00:00:00";

function text(value: string, length: number): Buffer {
  return Buffer.from(value.padEnd(length).slice(0, length), "latin1");
}

function header(kind: string, numbers = "0".repeat(30)): Buffer {
  return text(`HEADER RECORD*******${kind.padEnd(8)}HEADER RECORD!!!!!!!${numbers}`, CARD);
}

function padded(data: Buffer): Buffer {
  const missing = (CARD - (data.length % CARD)) % CARD;
  return Buffer.concat([data, Buffer.alloc(missing, 0x20)]);
}

/** IBM System/360 double: sign, base-16 exponent in excess 64, 56 bits of fraction; '.' alone is missing. */
function ibmDouble(value: number | null): Buffer {
  const bytes = Buffer.alloc(8);
  if (value === null) bytes[0] = 0x2e;
  if (value === null || value === 0) return bytes;
  let magnitude = Math.abs(value);
  let exponent = 64;
  for (; magnitude >= 1; exponent++) magnitude /= 16;
  for (; magnitude < 1 / 16; exponent--) magnitude *= 16;
  bytes.writeBigUInt64BE(BigInt(Math.round(magnitude * 2 ** 56)));
  bytes[0] = (value < 0 ? 0x80 : 0) | exponent;
  return bytes;
}

function nameString(variable: XptVariable, index: number, position: number): Buffer {
  const record = Buffer.alloc(NAMESTR);
  record.writeInt16BE(variable.kind === "number" ? 1 : 2, 0);
  record.writeInt16BE(variable.length, 4);
  record.writeInt16BE(index + 1, 6);
  text(variable.name, 8).copy(record, 8);
  text(variable.label, 40).copy(record, 16);
  text("", 8).copy(record, 56);
  text("", 8).copy(record, 72);
  record.writeInt32BE(position, 84);
  return record;
}

/** One data set as the bytes of an XPORT v5 file. Text longer than its variable is cut. */
export function writeXpt(
  dataSet: { name: string; label: string; variables: XptVariable[] },
  rows: readonly (readonly (string | number | null)[])[],
): Buffer {
  let position = 0;
  const nameStrings = dataSet.variables.map((variable, index) => {
    const record = nameString(variable, index, position);
    position += variable.length;
    return record;
  });
  const observations = rows.flatMap((row) =>
    dataSet.variables.map((variable, index) => {
      const value = row[index] ?? null;
      return variable.kind === "number"
        ? ibmDouble(value === null ? null : Number(value))
        : text(String(value ?? ""), variable.length);
    }),
  );
  const count = String(dataSet.variables.length).padStart(4, "0");
  return Buffer.concat([
    header("LIBRARY"),
    text(`SAS     SAS     SASLIB  9.4     SAMPLE  ${" ".repeat(24)}${STAMP}`, CARD),
    text(STAMP, CARD),
    header("MEMBER", "000000000000000001600000000140"),
    header("DSCRPTR"),
    text(`SAS     ${dataSet.name.padEnd(8)}SASDATA 9.4     SAMPLE  ${" ".repeat(24)}${STAMP}`, CARD),
    text(`${STAMP}${" ".repeat(16)}${dataSet.label.padEnd(40)}`, CARD),
    header("NAMESTR", `000000${count}${"0".repeat(20)}`),
    padded(Buffer.concat(nameStrings)),
    header("OBS"),
    padded(Buffer.concat(observations)),
  ]);
}
