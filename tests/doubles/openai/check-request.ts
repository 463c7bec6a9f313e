import { asObject, asText, invalid, refuseUnknown } from "./api-problem.ts";
import { checkInput, type Issued } from "./check-input-items.ts";
import { checkStrictSchema } from "./check-strict-schema.ts";

const FIELDS = [
  ...["background", "conversation", "include", "input", "instructions", "max_output_tokens", "max_tool_calls"],
  ...["metadata", "model", "parallel_tool_calls", "previous_response_id", "prompt", "prompt_cache_key"],
  ...["prompt_cache_retention", "reasoning", "safety_identifier", "service_tier", "store", "stream"],
  ...["stream_options", "temperature", "text", "tool_choice", "tools", "top_logprobs", "top_p", "truncation", "user"],
];
const NAME = /^[a-zA-Z0-9_-]{1,64}$/;
const LEAST_OUTPUT_TOKENS = 16;
const ENCRYPTED = "reasoning.encrypted_content";
// Models that do not reason have nothing to encrypt, and the API says so instead of ignoring it.
const NOT_REASONING = /^(?:gpt-3|gpt-4|chatgpt-)/;

/** A request body that the API would take. */
export type ResponsesBody = Record<string, unknown> & {
  model: string;
  input: string | Record<string, unknown>[];
  instructions?: string;
  tools?: { type: "function"; name: string; parameters: Record<string, unknown> }[];
  text?: { format?: { type: string; name?: string; schema?: Record<string, unknown> } };
  max_output_tokens?: number;
};

/** The body as the API reads it; throws an ApiProblem where the API would refuse it. */
export function checkRequest(value: unknown, issued: Issued): ResponsesBody {
  const body = asObject(value, "body");
  refuseUnknown(body, FIELDS, "");
  const model = asText(body.model, "model");
  if (body.input === undefined)
    throw invalid("Missing required parameter: 'input'.", "input", "missing_required_parameter");
  if (body.instructions !== undefined) asText(body.instructions, "instructions");
  checkInclude(body, model);
  checkLimit(body.max_output_tokens);
  checkTools(body.tools);
  checkFormat(body.text);
  checkInput(body.input, issued);
  return body as ResponsesBody;
}

function checkInclude({ include, store }: Record<string, unknown>, model: string): void {
  if (include === undefined) return;
  if (!Array.isArray(include))
    throw invalid("Invalid type for 'include': expected an array.", "include", "invalid_type");
  for (const one of include) {
    if (one !== ENCRYPTED) throw invalid(`Invalid value: '${one}'.`, "include", "invalid_value");
  }
  if (include.length === 0) return;
  if (store !== false) throw invalid("Encrypted reasoning content needs 'store' to be false.", "include");
  if (NOT_REASONING.test(model)) throw invalid("Encrypted content is not supported with this model.", "include");
}

function checkLimit(limit: unknown): void {
  if (limit === undefined) return;
  if (typeof limit !== "number" || !Number.isInteger(limit)) {
    throw invalid("Invalid type for 'max_output_tokens': expected an integer.", "max_output_tokens", "invalid_type");
  }
  if (limit < LEAST_OUTPUT_TOKENS) {
    const message = `Invalid 'max_output_tokens': expected a value >= ${LEAST_OUTPUT_TOKENS}, but got ${limit} instead.`;
    throw invalid(message, "max_output_tokens", "integer_below_min_value");
  }
}

function checkTools(tools: unknown): void {
  if (tools === undefined) return;
  if (!Array.isArray(tools)) throw invalid("Invalid type for 'tools': expected an array.", "tools", "invalid_type");
  for (const [index, value] of tools.entries()) {
    const param = `tools[${index}]`;
    const tool = asObject(value, param);
    if (tool.type !== "function") throw invalid(`Invalid value: '${tool.type}'.`, `${param}.type`, "invalid_value");
    refuseUnknown(tool, ["type", "name", "description", "parameters", "strict"], param);
    checkName(tool.name, `${param}.name`);
    if (tool.strict !== false) checkStrictSchema(tool.parameters, `function '${tool.name}'`, `${param}.parameters`);
  }
}

function checkFormat(text: unknown): void {
  if (text === undefined) return;
  const { format, ...rest } = asObject(text, "text");
  refuseUnknown(rest, ["verbosity"], "text");
  if (format === undefined) return;
  const wanted = asObject(format, "text.format");
  if (wanted.type === "text") return;
  if (wanted.type !== "json_schema")
    throw invalid(`Invalid value: '${wanted.type}'.`, "text.format.type", "invalid_value");
  refuseUnknown(wanted, ["type", "name", "description", "schema", "strict"], "text.format");
  checkName(wanted.name, "text.format.name");
  const root = asObject(wanted.schema, "text.format.schema");
  if (wanted.strict === true) {
    checkStrictSchema(wanted.schema, `response_format '${wanted.name}'`, "text.format.schema");
  } else if (root.type !== "object") {
    throw invalid("schema must be a JSON Schema of 'type: \"object\"'.", "text.format.schema", "invalid_json_schema");
  }
}

function checkName(name: unknown, param: string): void {
  const text = asText(name, param);
  if (!NAME.test(text)) throw invalid(`Invalid '${param}': string does not match pattern.`, param, "invalid_value");
}
