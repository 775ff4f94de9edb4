import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import { jsonSchemaTransform } from "fastify-type-provider-zod";
import type { App } from "./app.js";

const DOCS_POLICY =
  "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; " +
  "object-src 'none'; base-uri 'none'; frame-ancestors 'self'";

/** Must come before the routes that it describes. */
export async function addDescription(app: App): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Homeroom",
        version: "1",
        description: "Rooms and nodes of a Homeroom server. Errors carry a stable `code`.",
      },
      components: {
        securitySchemes: {
          token: {
            type: "http",
            scheme: "bearer",
            bearerFormat: "JWT",
            description: "where the server demands authentication",
          },
        },
      },
      security: [{ token: [] }],
    },
    transform: jsonSchemaTransform,
  });
  await app.register(swaggerUi, {
    routePrefix: "/api/docs",
    // The page's own policy asks browsers to upgrade to https, which a local server has not.
    staticCSP: DOCS_POLICY,
  });
  app.get("/api/openapi.json", { schema: { hide: true } }, async () => app.swagger());
}
