import { z } from "zod";

export type RedisHost = { host: string; port: number };

/** Where a Redis is and how one gets in: one server, the group of servers that sentinels watch, or a cluster. */
export type RedisTarget = {
  /** `hosts` are the server itself, some sentinels, or some nodes of the cluster. */
  kind: "server" | "sentinel" | "cluster";
  hosts: RedisHost[];
  /** The sentinels' name of the group; null without sentinels. */
  group: string | null;
  db: number;
  username: string | null;
  password: string | null;
  sentinelPassword: string | null;
  tls: boolean;
  /** File of the certificate authority to trust instead of the system's; null: the system's. */
  caPath: string | null;
};

const KINDS: Readonly<Record<string, Pick<RedisTarget, "kind" | "tls">>> = {
  redis: { kind: "server", tls: false },
  rediss: { kind: "server", tls: true },
  "redis+sentinel": { kind: "sentinel", tls: false },
  "rediss+sentinel": { kind: "sentinel", tls: true },
  "redis+cluster": { kind: "cluster", tls: false },
  "rediss+cluster": { kind: "cluster", tls: true },
};
const DEFAULT_PORTS = { server: 6379, sentinel: 26_379, cluster: 6379 };

// By hand: `URL` takes one host only, and encodes what it does not like.
const PARTS =
  /^(?<scheme>[a-z+]+):\/\/(?:(?<user>[^@/?#]*)@)?(?<hosts>[^@/?#]+)(?<path>\/[^?#]*)?(?:\?(?<query>[^#]*))?$/;
const HOST = /^(?:\[(?<six>[0-9a-f:.]+)\]|(?<name>[^:[\]\s]+))(?::(?<port>\d{1,5}))?$/i;

/** Why a URL is none of ours; never repeats it, for it may hold a password. */
class Complaint extends Error {}

/**
 * `redis://[user:password@]host[:port][/db]`, `redis+sentinel://…@host[:port],…/group[/db]` and
 * `redis+cluster://…@host[:port],…`; with `rediss` over TLS. User and password are percent-encoded. Parameters:
 * `sslrootcert`, the file of an own certificate authority; `sentinelPassword`, where the sentinels want one.
 */
export const RedisUrl = z.string().transform((url, context): RedisTarget => {
  try {
    return parseRedisUrl(url);
  } catch (error) {
    if (!(error instanceof Complaint)) throw error;
    context.addIssue({ code: "custom", message: error.message });
    return z.NEVER;
  }
});

function parseRedisUrl(url: string): RedisTarget {
  const parts = PARTS.exec(url)?.groups;
  const { kind, tls } = KINDS[parts?.scheme ?? ""] ?? {};
  if (!parts || !kind || tls === undefined) {
    const known = Object.keys(KINDS).map((scheme) => `${scheme}://`);
    throw new Complaint(`must be a URL that begins with one of ${known.join(", ")}; a password is percent-encoded`);
  }
  const hosts = (parts.hosts ?? "").split(",").map((host) => readHost(host, DEFAULT_PORTS[kind]));
  if (kind === "server" && hosts.length > 1)
    throw new Complaint("names several hosts, which needs +sentinel or +cluster");
  return {
    kind,
    tls,
    hosts,
    ...readUser(parts.user),
    ...readPath(kind, parts.path),
    ...readQuery(kind, tls, parts.query),
  };
}

function readHost(text: string, defaultPort: number): RedisHost {
  const { six, name, port } = HOST.exec(text)?.groups ?? {};
  const host = six ?? name;
  const number = port === undefined ? defaultPort : Number(port);
  if (host === undefined || number < 1 || number > 65_535)
    throw new Complaint("has a host that is not name:port; a password is percent-encoded");
  return { host, port: number };
}

function readUser(text: string | undefined): Pick<RedisTarget, "username" | "password"> {
  if (text === undefined) return { username: null, password: null };
  const colon = text.indexOf(":");
  // As everywhere: what stands alone before the @ is the user, and Redis has no user without a password.
  if (colon === -1) throw new Complaint("has a user without a password; write user:password@ or :password@");
  return { username: decode(text.slice(0, colon)) || null, password: decode(text.slice(colon + 1)) || null };
}

function readPath(kind: RedisTarget["kind"], path = "/"): Pick<RedisTarget, "group" | "db"> {
  const names = path
    .split("/")
    .slice(1)
    .filter((name) => name !== "");
  const group = kind === "sentinel" ? decode(names.shift() ?? "") : null;
  if (group === "") throw new Complaint("must name the group that the sentinels watch: …/group");
  const [db = "0", ...rest] = names;
  if (!/^\d{1,5}$/.test(db) || rest.length > 0)
    throw new Complaint("must end in the number of a database, or without one");
  if (kind === "cluster" && Number(db) > 0) throw new Complaint("names a database, but a cluster has only number 0");
  return { group, db: Number(db) };
}

function readQuery(
  kind: RedisTarget["kind"],
  tls: boolean,
  query = "",
): Pick<RedisTarget, "caPath" | "sentinelPassword"> {
  const { sslrootcert, sentinelPassword, ...others } = Object.fromEntries(new URLSearchParams(query));
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw new Complaint("has a parameter that is neither sslrootcert nor sentinelPassword");
  if (sslrootcert !== undefined && !tls) throw new Complaint("has sslrootcert, which needs rediss");
  if (sentinelPassword !== undefined && kind !== "sentinel")
    throw new Complaint("has sentinelPassword, but no sentinels");
  return { caPath: sslrootcert || null, sentinelPassword: sentinelPassword || null };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Complaint("has a % that begins no percent-encoded character");
  }
}
