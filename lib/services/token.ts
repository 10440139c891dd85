/** The bearer token: read once at the start, from the environment or a file, compared in constant time. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { env } from 'node:process';
import { StageError } from '../errors.ts';
import { requestError } from './error-replies.ts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ServiceParams } from './service-params.ts';

const MIN_LENGTH = 16;

/**
 * The token that requests must carry; null: none.
 *
 * @throws StageError E_PARAMS when two places are named, E_ENVIRONMENT when there is no token in the one.
 */
export function readToken({ tokenEnv, tokenFile }: ServiceParams): string | null {
  if (tokenEnv === null && tokenFile === null) return null;
  if (tokenEnv !== null && tokenFile !== null) {
    throw new StageError('E_PARAMS', 'token_env and token_file must not both be set');
  }
  const token = tokenEnv !== null ? env[tokenEnv] : readFileSync(tokenFile!, 'utf8');
  const place = tokenEnv !== null ? `the environment variable ${tokenEnv}` : tokenFile;
  if (token === undefined || token.trim().length < MIN_LENGTH) {
    throw new StageError(
      'E_ENVIRONMENT',
      `${place} must hold a token of at least ${MIN_LENGTH} characters; got ${token === undefined ? 'nothing' : 'fewer'}`,
      { hint: 'make one: `openssl rand -hex 32`' },
    );
  }
  return token.trim();
}

/** A hook that refuses, with 401, what does not carry `token`; both sides are hashed, so that no length shows. */
export function requireToken(
  token: string,
): (request: FastifyRequest, reply: FastifyReply) => Promise<void> {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  const expected = digest(token);
  return async ({ headers, routeOptions }, reply) => {
    if (routeOptions.config.isOpen === true) return;
    const [, given = ''] = /^Bearer +(.*)$/i.exec(headers.authorization ?? '') ?? [];
    if (timingSafeEqual(digest(given), expected)) return;
    reply.header('www-authenticate', 'Bearer');
    throw requestError(401, 'the request must carry the token: authorization: Bearer …');
  };
}
