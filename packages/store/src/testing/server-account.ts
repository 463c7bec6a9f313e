import { readFile } from "node:fs/promises";

/** Database servers refuse to run as root; then they run as the account that the PostgreSQL package has made. */
export async function serverAccount(): Promise<{ uid: number; gid: number } | null> {
  if (process.getuid?.() !== 0) return null;
  const accounts = await readFile("/etc/passwd", "utf8");
  const [, uid, gid] = /^postgres:[^:]*:(\d+):(\d+):/m.exec(accounts) ?? [];
  if (!uid || !gid) throw new Error("PostgreSQL cannot run as root, and there is no account named postgres.");
  return { uid: Number(uid), gid: Number(gid) };
}
