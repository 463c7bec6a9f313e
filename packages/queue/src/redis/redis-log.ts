/** Who is told what becomes of the connection; a winston logger is one. */
export type RedisLog = {
  info(message: string, fields: object): unknown;
  warn(message: string, fields: object): unknown;
};
