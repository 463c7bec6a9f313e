import { expect, test } from "vitest";
import { decodeText } from "./decode-text.ts";

function bytes(...values: (number | string)[]): Uint8Array {
  return Buffer.concat(values.map((value) => (typeof value === "string" ? Buffer.from(value) : Buffer.from([value]))));
}

test("UTF-8 is read with and without its mark", () => {
  expect(decodeText(bytes("Müller – 5 µg"))).toEqual({ text: "Müller – 5 µg", encoding: "utf-8" });
  expect(decodeText(bytes(0xef, 0xbb, 0xbf, "Müller")).text).toBe("Müller");
});

test("UTF-16 is known by its mark, in both byte orders", () => {
  const little = Buffer.from("\ufeffMüller", "utf16le");
  expect(decodeText(little)).toEqual({ text: "Müller", encoding: "utf-16le" });
  expect(decodeText(Buffer.from(little).swap16())).toEqual({ text: "Müller", encoding: "utf-16be" });
});

test("Latin-1 and Windows-1252 are told apart by the bytes that only one of them prints", () => {
  expect(decodeText(bytes("M", 0xfc, "ller"))).toEqual({ text: "Müller", encoding: "iso-8859-1" });
  expect(decodeText(bytes("Alzheimer", 0x92, "s ", 0x96, " M", 0xfc, "ller"))).toEqual({
    text: "Alzheimer’s – Müller",
    encoding: "windows-1252",
  });
});

test("an encoding that the document declares is believed where it is not UTF-8", () => {
  expect(decodeText(bytes(0xb5, 0xe6), "iso-8859-2")).toEqual({ text: "ľć", encoding: "iso-8859-2" });
  expect(decodeText(bytes("é"), "iso-8859-2").text).toBe("é");
  expect(decodeText(bytes(0xe9), "no-such-encoding").encoding).toBe("iso-8859-1");
});
