import { expect, test } from "vitest";
import { readXmlDocument } from "./xml-document.ts";

function read(xml: string, name = "a.xml") {
  return readXmlDocument(Buffer.from(xml), name);
}

const LABEL = `<?xml version="1.0"?><document xmlns="urn:hl7-org:v3"><code displayName="HUMAN PRESCRIPTION DRUG LABEL"/>
<title>X tablets</title><effectiveTime value="20240131"/><versionNumber value="3"/><component><structuredBody>
<component><section><code code="48780-1"/><subject><manufacturedProduct><manufacturedProduct><code code="0001-0002"/><name>X</name>
 <formCode displayName="TABLET"/><ingredient classCode="ACTIM"><quantity><numerator value="20" unit="mg"/><denominator value="1" unit="1"/></quantity>
 <ingredientSubstance><name>XAMINE</name></ingredientSubstance></ingredient></manufacturedProduct></manufacturedProduct></subject></section></component>
<component><section><title>2 DOSAGE AND ADMINISTRATION</title><excerpt><highlight><text><paragraph>20 mg daily</paragraph></text></highlight></excerpt>
 <component><section><title>2.1 Adults</title><text><paragraph>Take 20 mg; C<sub>max</sub> rises.</paragraph>
 <list><item>with food</item><item><caption>(a)</caption> in the morning</item></list>
 <table><caption>Table 1</caption><thead><tr><th>Weight</th><th>Dose</th></tr></thead><tbody><tr><td>&lt; 40 kg</td><td>10 mg</td></tr></tbody></table>
 </text></section></component></section></component></structuredBody></component></document>`;

test("a drug label has the path of its section titles, with lists and tables readable", () => {
  const { blocks, title, sections } = read(LABEL);
  expect(title).toBe("X tablets");
  expect(sections).toEqual(["Product data", "2 DOSAGE AND ADMINISTRATION", "2 DOSAGE AND ADMINISTRATION > 2.1 Adults"]);
  const adults = blocks.filter(({ section }) => section === "2 DOSAGE AND ADMINISTRATION > 2.1 Adults");
  expect(adults.map(({ text }) => text)).toEqual([
    "Take 20 mg; Cmax rises.",
    "- with food",
    "- (a) in the morning",
    "Table 1\nWeight | Dose\n< 40 kg | 10 mg",
  ]);
  expect(blocks.find(({ section }) => section?.endsWith("Highlights"))?.text).toBe("20 mg daily");
  expect(blocks[0]?.text).toContain("version 3, effective 2024-01-31");
});

test("a drug label's product data are told in words", () => {
  const product = read(LABEL).blocks.find(({ section }) => section === "Product data");
  expect(product?.text).toBe("X, TABLET, NDC 0001-0002\nActive ingredients: XAMINE 20 mg");
});

const DEFINE = `<?xml version="1.0"?><ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:def="http://www.cdisc.org/ns/def/v2.1"><Study>
<GlobalVariables><StudyName>ABC-1</StudyName><StudyDescription>A trial</StudyDescription></GlobalVariables><MetaDataVersion>
<ItemGroupDef OID="IG.AE" Name="AE" def:Structure="One record per event"><Description><TranslatedText>Adverse Events</TranslatedText></Description>
 <ItemRef ItemOID="IT.AESER" Mandatory="No" MethodOID="MT.1"/></ItemGroupDef>
<ItemDef OID="IT.AESER" Name="AESER" DataType="text" Length="1"><Description><TranslatedText>Serious Event</TranslatedText></Description>
 <CodeListRef CodeListOID="CL.NY"/><def:Origin Type="Collected"/></ItemDef>
<CodeList OID="CL.NY" Name="No Yes"><CodeListItem CodedValue="Y"><Decode><TranslatedText>Yes</TranslatedText></Decode></CodeListItem></CodeList>
<MethodDef OID="MT.1" Name="Seriousness"><Description><TranslatedText>Y if any criterion is met</TranslatedText></Description></MethodDef>
</MetaDataVersion></Study></ODM>`;

test("a define.xml is told a data set at a time with its variables, codes and methods", () => {
  const { blocks, sections, title } = read(DEFINE);
  expect(title).toBe("ABC-1");
  expect(sections).toEqual(["Dataset AE: Adverse Events", "Code list No Yes", "Method Seriousness"]);
  expect(blocks.map(({ text }) => text)).toEqual([
    "ABC-1\nA trial",
    "Structure: One record per event",
    "AESER (text, length 1): Serious Event; origin Collected; codes No Yes; method: Y if any criterion is met",
    "Y = Yes",
    "Y if any criterion is met",
  ]);
});

test("any other XML gives its texts and attributes with the elements as sections", () => {
  const { blocks } = read(
    '<catalog><drug name="X"><dose unit="mg">20</dose><note>Take <b>with</b> food.</note></drug></catalog>',
  );
  expect(blocks).toEqual([
    { text: "drug (name=X)", page: null, section: "catalog > drug X" },
    { text: "dose (unit=mg): 20", page: null, section: "catalog > drug X" },
    { text: "note: Take with food.", page: null, section: "catalog > drug X" },
  ]);
});

test("entities that a document defines are never expanded, and the profile says so", () => {
  const bomb = `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "${"x".repeat(1000)}">${Array.from(
    { length: 20 },
    (_, i) => `<!ENTITY b${i} "${"&b;".repeat(100)}">`,
  ).join("")}<!ENTITY file SYSTEM "file:///etc/passwd">]>\n<a><t>&b19; and &file;</t></a>`;
  const { blocks, warnings } = read(bomb);
  expect(blocks.map(({ text }) => text)).toEqual(["t: &b19; and &file;"]);
  expect(warnings).toEqual([expect.stringContaining("not expanded")]);
});

test("XML that breaks off or is not closed is an error with the file and the place", () => {
  expect(() => read("<a>\n<b>text")).toThrow(
    /^a\.xml is no well-formed XML: <b> is not closed at the end of the file\.$/,
  );
  expect(() => read("<a>\n<b>text</a>")).toThrow(/<b> is not closed at line 2/);
  expect(() => read(`<a>${"<b>".repeat(100_000)}`)).toThrow(/deeper than 1000 levels/);
});
