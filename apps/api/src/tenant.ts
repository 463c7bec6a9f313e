/** Without keys there is one tenant, and everyone who reaches the service is it. */
export const EMBEDDED_TENANT = "default";
