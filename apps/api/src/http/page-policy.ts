/** The Content-Security-Policy of a page that may do nothing but what is named here. */
export function pagePolicy(...allowed: string[]): string {
  const nothing = ["default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"];
  return [...nothing, ...allowed].join("; ");
}
