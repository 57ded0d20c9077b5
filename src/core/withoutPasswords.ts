/** Text for a log: drivers like to quote the address that they were given, password and all. */
export function withoutPasswords(text: string): string {
  return text.replace(/(\b[a-z][a-z0-9+.-]*:\/\/[^:/@\s"]*):[^@/\s"]*@/gi, '$1:***@');
}
