import { AppError } from "@pharmadb/contracts";
import { StorageApiError } from "@supabase/supabase-js";

/** What a refusal or a failure of the storage means to us. */
export function toStorageError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const code = error instanceof StorageApiError ? error.code : undefined;
  if (code === "NoSuchKey") {
    return new AppError("file_unreadable", "The bytes of the file are not in the storage any more.", { cause: error });
  }
  if (code === "EntityTooLarge") {
    const message = "The storage takes no file of this size: the project or its bucket has a lower limit.";
    return new AppError("payload_too_large", message, { cause: error });
  }
  return new AppError("unavailable", "The file storage does not answer as it should.", { cause: error });
}
