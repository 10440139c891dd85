/**
 * OpenAPI from the routes themselves, at /openapi.json, and the page of it at /docs. Both are open to callers
 * without a token: they say no more than the published code, and the page is where a token is put in.
 */
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import type { FastifySwaggerUiOptions } from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import type { Service } from './service.ts';

const WITH_TOKEN: FastifyDynamicSwaggerOptions['openapi'] = {
  components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  security: [{ token: [] }],
};

/** The page loads from this service alone, and over plain HTTP where that is what there is. */
const PAGE_POLICY: FastifySwaggerUiOptions['staticCSP'] = {
  'default-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self' data:",
  'object-src': "'none'",
  'base-uri': "'none'",
  'frame-ancestors': "'none'",
};

/** To be called before the routes are added. */
export async function addOpenApi(
  app: FastifyInstance,
  service: Service,
  hasToken: boolean,
): Promise<void> {
  const { title, description, version } = service;
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title, description, version },
      ...(hasToken ? WITH_TOKEN : {}),
    },
  });
  await app.register(async (scope) => {
    scope.addHook('onRoute', (route) => {
      route.config = { ...route.config, isOpen: true };
    });
    scope.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
    await scope.register(swaggerUi, {
      routePrefix: '/docs',
      staticCSP: PAGE_POLICY,
      uiConfig: { layout: 'BaseLayout' },
    });
  });
}
