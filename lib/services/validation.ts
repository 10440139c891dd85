/** What requests are checked with: texts of an address become numbers, a body says what it means. */
import AjvCompiler from '@fastify/ajv-compiler';
import type { RouteDefinition, ValidatorCompiler } from '@fastify/ajv-compiler';

export function createValidatorCompiler() {
  const build = AjvCompiler();
  const compilerOf = (coerceTypes: boolean): ValidatorCompiler =>
    build({}, { customOptions: { removeAdditional: false, allErrors: true, coerceTypes } });
  const [ofBody, ofAddress] = [compilerOf(false), compilerOf(true)];
  return (route: RouteDefinition) => (route.httpPart === 'body' ? ofBody : ofAddress)(route);
}
