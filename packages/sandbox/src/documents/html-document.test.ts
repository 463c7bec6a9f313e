import { expect, test } from "vitest";
import { readHtmlDocument } from "./html-document.ts";

function read(html: string) {
  return readHtmlDocument(Buffer.from(html), "page.html");
}

test("headings make nested sections; scripts, styles and navigation are left out", () => {
  const { blocks, title, sections } =
    read(`<!doctype html><html><head><title>Label of X</title><style>p{}</style></head>
    <body><nav><a href="/">Home</a></nav><script>alert("no")</script>
    <h1>X tablets</h1><p>For adults.</p><h2>Dose</h2><p>Take <b>20&nbsp;mg</b> once<br>a day.</p></body></html>`);
  expect(title).toBe("Label of X");
  expect(sections).toEqual(["X tablets", "X tablets > Dose"]);
  expect(blocks).toEqual([
    { text: "For adults.", page: null, section: "X tablets" },
    { text: "Take 20 mg once\na day.", page: null, section: "X tablets > Dose" },
  ]);
});

test("table rows become lines of text, spanning cells are repeated, nested lists are indented", () => {
  const { blocks } = read(`<table><caption>Events</caption><tr><th>Arm</th><th>Event</th><th>n</th></tr>
    <tr><td rowspan="2">Active</td><td>Rash</td><td>3</td></tr><tr><td>Nausea</td><td>5</td></tr></table>
    <ul><li>one<ul><li>inner</li></ul></li><li>two</li></ul>`);
  expect(blocks.map(({ text }) => text)).toEqual([
    "Events\nArm | Event | n\nActive | Rash | 3\nActive | Nausea | 5",
    "- one",
    "  - inner",
    "- two",
  ]);
});

test("a long table comes in parts that each repeat the heading row", () => {
  const rows = Array.from({ length: 100 }, (_, i) => `<tr><td>Subject ${i}</td><td>${i * 2} mg per day</td></tr>`).join(
    "",
  );
  const { blocks } = read(`<table><tr><th>Subject</th><th>Dose</th></tr>${rows}</table>`);
  expect(blocks.length).toBeGreaterThan(1);
  for (const { text } of blocks) expect(text).toMatch(/^Subject \| Dose\nSubject \d+ \|/);
});

test("a table that lays out the page does not swallow its headings", () => {
  const { sections } = read("<table><tr><td><h2>Warnings</h2><p>None.</p></td></tr></table>");
  expect(sections).toEqual(["Warnings"]);
});

test("a cell that claims a million columns makes no million columns", () => {
  const { blocks } = read('<table><tr><td colspan="1000000" rowspan="1000000">a</td><td>b</td></tr></table>');
  expect(blocks[0]?.text.length).toBeLessThan(1000);
});

test("the encoding that the page declares is used", () => {
  const page = Buffer.concat([Buffer.from('<meta charset="iso-8859-2"><p>'), Buffer.from([0xb5]), Buffer.from("</p>")]);
  expect(readHtmlDocument(page, "page.html").blocks[0]?.text).toBe("ľ");
});

test("elements nested beyond reason are an error that names the line, not a crash", () => {
  const nested = `<p>ok</p>\n${"<div>".repeat(200_000)}`;
  expect(() => read(nested)).toThrow("page.html nests elements deeper than 1000 levels at line 2.");
});
