import { asObject, asText, invalid, refuseUnknown } from "./api-problem.ts";

/** What the double has handed out, so that it can tell what must come back. */
export type Issued = {
  /** Function-call id → the reasoning item that came before it in the same answer. */
  reasoningOf: Map<string, string>;
  /** Reasoning id → its encrypted content. */
  encrypted: Map<string, string>;
};

const FIELDS: Record<string, string[]> = {
  message: ["type", "id", "role", "content", "status", "phase"],
  function_call: ["type", "id", "call_id", "name", "arguments", "status"],
  function_call_output: ["type", "id", "call_id", "output", "status"],
  reasoning: ["type", "id", "summary", "content", "encrypted_content", "status"],
};
const PART_FIELDS: Record<string, string[]> = {
  input_text: ["type", "text"],
  output_text: ["type", "text", "annotations", "logprobs"],
  refusal: ["type", "refusal"],
};

type Item = Record<string, unknown> & { type: string };

/** Refuses input that the API would refuse: unknown items and fields, calls and outputs without each other. */
export function checkInput(input: unknown, issued: Issued): void {
  if (typeof input === "string") return;
  if (!Array.isArray(input)) throw invalid("Invalid type for 'input': expected a string or an array.", "input");
  const items = input.map(checkItem);
  checkCalls(items);
  checkReasoning(items, issued);
}

function checkItem(value: unknown, index: number): Item {
  const param = `input[${index}]`;
  const item = asObject(value, param);
  const type = item.type === undefined && "role" in item ? "message" : String(item.type);
  const fields = FIELDS[type];
  if (!fields) throw invalid(`Invalid value: '${type}'.`, `${param}.type`, "invalid_value");
  refuseUnknown(item, fields, param);
  if (type === "message") checkMessage(item, param);
  if (type === "function_call")
    for (const key of ["call_id", "name", "arguments"]) asText(item[key], `${param}.${key}`);
  if (type === "function_call_output") for (const key of ["call_id", "output"]) asText(item[key], `${param}.${key}`);
  if (type === "reasoning") {
    asText(item.id, `${param}.id`);
    if (!Array.isArray(item.summary))
      throw invalid(`Missing required parameter: '${param}.summary'.`, `${param}.summary`);
  }
  return { ...item, type };
}

function checkMessage(item: Record<string, unknown>, param: string): void {
  if (!["user", "assistant", "system", "developer"].includes(String(item.role))) {
    throw invalid(`Invalid value: '${item.role}'.`, `${param}.role`, "invalid_value");
  }
  if (typeof item.content === "string") return;
  if (!Array.isArray(item.content))
    throw invalid(`Missing required parameter: '${param}.content'.`, `${param}.content`);
  for (const [index, value] of item.content.entries()) {
    const where = `${param}.content[${index}]`;
    const part = asObject(value, where);
    const fields = PART_FIELDS[String(part.type)];
    const isOutput = part.type === "output_text" || part.type === "refusal";
    if (!fields || isOutput !== (item.role === "assistant")) {
      throw invalid(`Invalid value: '${part.type}'.`, `${where}.type`, "invalid_value");
    }
    refuseUnknown(part, fields, where);
  }
}

function checkCalls(items: Item[]): void {
  const calls = items.filter(({ type }) => type === "function_call").map(({ call_id }) => String(call_id));
  const outputs = items.filter(({ type }) => type === "function_call_output").map(({ call_id }) => String(call_id));
  for (const id of calls) {
    if (!outputs.includes(id)) throw invalid(`No tool output found for function call ${id}.`, "input");
  }
  for (const [index, item] of items.entries()) {
    if (item.type !== "function_call_output") continue;
    const before = items.slice(0, index).some((one) => one.type === "function_call" && one.call_id === item.call_id);
    if (!before) throw invalid(`No tool call found for function call output with call_id ${item.call_id}.`, "input");
  }
  if (new Set(outputs).size !== outputs.length) throw invalid("Duplicate function call output.", "input");
}

function checkReasoning(items: Item[], { reasoningOf, encrypted }: Issued): void {
  for (const [index, item] of items.entries()) {
    if (item.type === "reasoning") {
      const next = items[index + 1];
      const follows = next?.type === "function_call" || (next?.type === "message" && next.role === "assistant");
      if (!follows && next?.type !== "reasoning") {
        throw invalid(
          `Item '${item.id}' of type 'reasoning' was provided without its required following item.`,
          "input",
        );
      }
      if (encrypted.get(String(item.id)) !== item.encrypted_content) {
        throw invalid(
          `The encrypted content for item ${item.id} could not be verified.`,
          "input",
          "invalid_encrypted_content",
        );
      }
    }
    const reasoning = item.type === "function_call" ? reasoningOf.get(String(item.id)) : undefined;
    if (reasoning !== undefined && !items.slice(0, index).some((one) => one.id === reasoning)) {
      const message = `Item '${item.id}' of type 'function_call' was provided without its required 'reasoning' item: '${reasoning}'.`;
      throw invalid(message, "input");
    }
  }
}
