/**
 * The URL with its `sslmode` meant as PostgreSQL's own clients mean it: `require` encrypts, and only `verify-full` looks
 * whose certificate it is. `pg` 8 takes every mode for `verify-full` and announces this change for its next version.
 */
export function withLibpqTls(connectionString: string): string {
  if (!/[?&]sslmode=/.test(connectionString) || /[?&]uselibpqcompat=/.test(connectionString)) return connectionString;
  return `${connectionString}&uselibpqcompat=true`;
}
