import type { JsonObject, JsonValue } from "./json.ts";

/**
 * How many parts a JSON Schema has once its references are replaced by what they refer to, for all of them may have to be
 * tried on an answer: thirty definitions, of which each offers the next one twice, have a billion. A reference back to what
 * it is in counts as one part, since it is followed only as deep as the answer goes.
 */
export function unfoldedSize(root: JsonObject): number {
  const { $defs, definitions, ...parts } = root;
  const named = new Map(Object.entries({ ...Object(definitions), ...Object($defs) } as JsonObject));
  const sizes = new Map<JsonValue, number>([[root, 1]]);

  function referredTo(reference: string): JsonValue {
    // As zod reads it, which skips empty steps.
    const [, name] = reference.slice(1).split("/").filter(Boolean);
    return name === undefined ? root : (named.get(unescaped(name)) ?? null);
  }

  function sizeOf(value: JsonValue): number {
    if (value === null || typeof value !== "object") return 0;
    const known = sizes.get(value);
    if (known !== undefined) return known;
    sizes.set(value, 1);
    let size = 1;
    for (const [key, part] of Object.entries(value)) {
      size += sizeOf(key === "$ref" && typeof part === "string" ? referredTo(part) : part);
    }
    sizes.set(value, size);
    return size;
  }

  return sizeOf(parts);
}

function unescaped(step: string): string {
  return step.replaceAll("~1", "/").replaceAll("~0", "~");
}
