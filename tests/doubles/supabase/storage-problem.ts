/**
 * A refusal of the Storage server, in its own envelope. The HTTP status is 400 for nearly all of them; the one that is
 * meant is text in the body.
 */
export class StorageProblem extends Error {
  readonly status: number;
  readonly body: object;

  constructor(statusCode: string, error: string, message: string, code: string, status = 400) {
    super(message);
    this.status = status;
    this.body = { statusCode, error, message, code };
  }
}

export const noSuchKey = () => new StorageProblem("404", "not_found", "Object not found", "NoSuchKey");
export const noSuchBucket = () => new StorageProblem("404", "Bucket not found", "Bucket not found", "NoSuchBucket");
export const exists = (code: "KeyAlreadyExists" | "BucketAlreadyExists") =>
  new StorageProblem("409", "Duplicate", "The resource already exists", code);
export const tooLarge = () =>
  new StorageProblem("413", "Payload too large", "The object exceeded the maximum allowed size", "EntityTooLarge");
export const refusedType = (type: string) =>
  new StorageProblem("415", "invalid_mime_type", `mime type ${type} is not supported`, "InvalidMimeType");
export const invalidKey = (key: string) => new StorageProblem("400", "InvalidKey", `Invalid key: ${key}`, "InvalidKey");
export const invalidRequest = (message: string, error = "Error") =>
  new StorageProblem("400", error, message, "InvalidRequest");
export const accessDenied = (message: string) => new StorageProblem("403", "Unauthorized", message, "AccessDenied");
export const hiddenByPolicy = () => accessDenied("new row violates row-level security policy");
export const invalidRange = () =>
  new StorageProblem("416", "invalid_range", "invalid range provided", "InvalidRange", 416);
export const noAuthorization = () => invalidRequest("headers must have required property 'authorization'");
export const databaseError = (code: string) =>
  new StorageProblem("500", "DatabaseError", `database error, code: ${code}`, "DatabaseError", 500);
