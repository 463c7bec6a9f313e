import type { FileHandle } from "node:fs/promises";

/** A file read from front to back in pieces of a wanted size. */
export class ByteInput {
  readonly size: number;
  readonly #file: FileHandle;
  #position = 0;

  constructor(file: FileHandle, size: number) {
    this.#file = file;
    this.size = size;
  }

  get position(): number {
    return this.#position;
  }

  get isAtEnd(): boolean {
    return this.#position >= this.size;
  }

  /** The next bytes; fewer than wanted only at the end of the file. */
  async next(bytes: number): Promise<Buffer> {
    const wanted = Math.max(0, Math.min(bytes, this.size - this.#position));
    const { buffer, bytesRead } = await this.#file.read(Buffer.allocUnsafe(wanted), 0, wanted, this.#position);
    this.#position += bytesRead;
    return buffer.subarray(0, bytesRead);
  }

  /** Goes back to a place that was read before. */
  rewind(position: number): void {
    this.#position = position;
  }
}
