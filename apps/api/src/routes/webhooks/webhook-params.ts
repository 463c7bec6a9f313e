import { idPattern } from "@pharmadb/contracts";
import { z } from "zod";

/** The path of everything under one endpoint. */
export const EndpointParams = z.object({
  id: z.string().regex(idPattern("whe")).meta({ description: "The id of the endpoint." }),
});

/** The path of everything under one delivery. */
export const DeliveryParams = z.object({
  id: z.string().regex(idPattern("whd")).meta({ description: "The id of the delivery." }),
});
