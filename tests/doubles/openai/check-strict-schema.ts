import { asObject, invalid } from "./api-problem.ts";

const COMMON = ["type", "description", "title", "enum", "const", "anyOf", "$ref", "$defs", "definitions"];
const BY_TYPE: Record<string, string[]> = {
  object: ["properties", "required", "additionalProperties"],
  array: ["items", "minItems", "maxItems"],
  string: ["pattern", "format"],
  number: ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
  integer: ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
  boolean: [],
  null: [],
};
const MAX_DEPTH = 10;

/** Refuses a schema that strict mode would refuse; `what` is the function's or format's name for the message. */
export function checkStrictSchema(schema: unknown, what: string, param: string): void {
  const root = asObject(schema, param);
  const complain = (where: string[], reason: string) => {
    const context = where.length === 0 ? "()" : `(${where.map((part) => `'${part}'`).join(", ")})`;
    return invalid(
      `Invalid schema for ${what}: In context=${context}, ${reason}`,
      param,
      "invalid_function_parameters",
    );
  };
  if (root.type !== "object") throw complain([], "schema must have type 'object' and no 'anyOf' at the root.");
  const names = Object.keys({ ...(root.$defs ?? {}), ...(root.definitions ?? {}) });
  checkNode(root, [], names, complain);
}

type Complain = (where: string[], reason: string) => Error;

function checkNode(node: unknown, where: string[], names: string[], complain: Complain): void {
  if (where.length > MAX_DEPTH * 2) throw complain(where, `more than ${MAX_DEPTH} levels of nesting.`);
  if (node === null || typeof node !== "object" || Array.isArray(node)) throw complain(where, "not a schema.");
  const schema = node as Record<string, unknown>;
  const types = [schema.type].flat().filter((type) => type !== undefined) as string[];
  const known = [...COMMON, ...types.flatMap((type) => BY_TYPE[type] ?? [])];
  for (const type of types) if (!(type in BY_TYPE)) throw complain(where, `'${type}' is not a type.`);
  for (const key of Object.keys(schema)) if (!known.includes(key)) throw complain(where, `'${key}' is not permitted.`);
  if (types.length === 0 && !["anyOf", "$ref", "enum", "const"].some((key) => key in schema)) {
    throw complain(where, "schema must have a 'type' key.");
  }
  checkReference(schema, where, names, complain);
  if (types.includes("object")) checkObject(schema, where, names, complain);
  if (types.includes("array")) checkNode(schema.items, [...where, "items"], names, complain);
  for (const [index, one] of list(schema.anyOf).entries()) {
    checkNode(one, [...where, "anyOf", String(index)], names, complain);
  }
  for (const key of ["$defs", "definitions"]) {
    for (const [name, one] of Object.entries((schema[key] ?? {}) as object)) {
      checkNode(one, [...where, key, name], names, complain);
    }
  }
}

function checkReference(schema: Record<string, unknown>, where: string[], names: string[], complain: Complain): void {
  if (schema.$ref === undefined) return;
  const name = /^#\/(?:\$defs|definitions)\/(.+)$/.exec(String(schema.$ref))?.[1];
  if (schema.$ref !== "#" && !names.includes(name ?? ""))
    throw complain(where, `reference '${schema.$ref}' not found.`);
}

function checkObject(schema: Record<string, unknown>, where: string[], names: string[], complain: Complain): void {
  if (schema.additionalProperties !== false) {
    throw complain(where, "'additionalProperties' is required to be supplied and to be false.");
  }
  const properties = Object.entries((schema.properties ?? {}) as object);
  const required = list(schema.required);
  for (const [name] of properties) {
    if (required.includes(name)) continue;
    const reason = `'required' is required to be supplied and to be an array including every key in properties. Missing '${name}'.`;
    throw complain(where, reason);
  }
  for (const name of required) {
    if (!properties.some(([key]) => key === name)) throw complain(where, `Extra required key '${name}' supplied.`);
  }
  for (const [name, one] of properties) checkNode(one, [...where, "properties", name], names, complain);
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
