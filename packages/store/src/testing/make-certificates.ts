import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

export type TestCertificates = AsyncDisposable & {
  /** A server certificate for 127.0.0.1 and localhost, and the authority that has signed it. */
  cert: string;
  key: string;
  ca: string;
  /** An authority that has signed nothing. */
  otherCa: string;
};

/** Makes certificates with openssl, good for a day, in a folder of their own. */
export async function makeCertificates(): Promise<TestCertificates> {
  await using stack = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), "pharmadb-tls-"));
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  const path = (name: string) => join(directory, name);
  const openssl = (...args: string[]) => run("openssl", args, { cwd: directory });
  for (const name of ["ca", "other-ca"]) {
    const files = ["-keyout", path(`${name}.key`), "-out", path(`${name}.pem`)];
    await openssl("req", "-x509", ...KEY, "-days", "1", "-subj", `/CN=${name}`, ...files);
  }
  await openssl("req", ...KEY, "-subj", "/CN=localhost", "-keyout", path("server.key"), "-out", path("server.csr"));
  await writeFile(path("names"), "subjectAltName=IP:127.0.0.1,DNS:localhost\n");
  const signing = ["-CA", path("ca.pem"), "-CAkey", path("ca.key"), "-CAcreateserial", "-extfile", path("names")];
  await openssl("x509", "-req", "-days", "1", "-in", path("server.csr"), "-out", path("server.pem"), ...signing);
  const owned = stack.move();
  return {
    cert: path("server.pem"),
    key: path("server.key"),
    ca: path("ca.pem"),
    otherCa: path("other-ca.pem"),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
