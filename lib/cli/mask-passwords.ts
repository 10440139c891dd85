/** User and password of an address, up to the last @ of it; a text in JSON ends at a quote that is not escaped. */
const USER_AND_PASSWORD = /:\/\/(?:\\.|[^\s"\\:])*:(?:\\.|[^\s"\\])*@/g;
const PASSWORD_OF_QUERY = /(password=)(?:\\.|[^\s"\\&])+/gi;

/** A sentence, or a line of JSON, without the passwords of the addresses in it. */
export function maskPasswords(text: string): string {
  return text.replace(USER_AND_PASSWORD, '://***@').replace(PASSWORD_OF_QUERY, '$1***');
}
