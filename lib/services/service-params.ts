/** What every service can be told; a service adds its own keys beside these. */
import { asFlags, integer, list, nullable, oneOf, text } from '../params/schema.ts';
import type { Params } from '../params/schema.ts';

export const SERVICE_PARAMS = {
  ...asFlags({
    host: text({
      doc: 'Address that the service listens on; 0.0.0.0 lets other machines in.',
      default: '127.0.0.1',
    }),
    port: integer({ doc: 'Port; 0 takes any that is free.', min: 0, max: 65535, default: 8080 }),
  }),
  body_limit: integer({
    doc: 'Bytes that the body of a request may have; a longer one is refused with 413.',
    min: 1,
    default: 1_048_576,
  }),
  rate_limit: nullable(integer({ doc: '', min: 1, default: 1 }), {
    doc: 'Requests that one address may send in a minute, above that 429; null: any number.',
    default: null,
  }),
  request_timeout_seconds: integer({
    doc: 'Time within which a request must have come in whole; a slower one is refused with 408.',
    min: 1,
    default: 10,
  }),
  stop_timeout_seconds: integer({
    doc: 'Time that requests under way have to end when the service is told to stop.',
    min: 0,
    default: 10,
  }),
  token_env: nullable(text({ doc: '', default: 'TOKEN' }), {
    doc: 'Environment variable with the bearer token that requests must carry; null: none is asked for.',
    default: null,
  }),
  token_file: nullable(text({ doc: '', default: 'token' }), {
    doc: 'File with that token, in the place of a variable; null: none.',
    default: null,
  }),
  log: {
    level: oneOf(['debug', 'info', 'warn', 'error'], {
      doc: 'Least level that is logged; info has a line for each request, warn one for each that was refused or failed.',
      default: 'info',
    }),
    folder: nullable(text({ doc: '', default: 'logs' }), {
      doc: 'Folder of the log file, which bears the name of the service; null: standard output alone.',
      default: 'logs',
    }),
    max_megabytes: integer({
      doc: 'Size at which the log file is put aside and a new one begun.',
      min: 1,
      default: 20,
    }),
    max_files: integer({ doc: 'How many old log files are kept.', min: 1, default: 5 }),
    redact: list(text({ doc: '', default: 'url' }), {
      doc: 'Fields of the log lines whose values are hidden: url, input.text, input.*.email.',
      default: [],
    }),
  },
} as const;

export type ServiceParams = Params<typeof SERVICE_PARAMS>;
