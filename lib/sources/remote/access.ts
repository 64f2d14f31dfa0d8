import { type Credentials, type GuardedRequest, SourceError } from '../connector.ts'

/** Which secrets a server is given, and by which PEM it is trusted: the part of a source's settings about that. */
export interface AccessSettings {
  readonly ca: string | null
  readonly clientCertificate: string | null
  readonly clientKey: string | null
}

/** What goes along with each request to the source's own server. */
export type Access = Pick<GuardedRequest, 'ca' | 'client'>

/** Reads the PEM that the settings name. Throws UNAUTHORIZED where a secret is not there, SETTINGS where one half is. */
export async function readAccess(settings: AccessSettings, credentials: Credentials): Promise<Access> {
  const { ca, clientCertificate, clientKey } = settings
  if ((clientCertificate === null) !== (clientKey === null))
    throw new SourceError(
      'SETTINGS',
      'A client certificate and its private key go together: name both secrets of this source, or none.',
    )
  return {
    ...(ca === null ? {} : { ca: await readSecret(credentials, ca) }),
    ...(clientCertificate === null || clientKey === null
      ? {}
      : {
          client: {
            certificate: await readSecret(credentials, clientCertificate),
            key: await readSecret(credentials, clientKey),
          },
        }),
  }
}

/** The text of a secret that the settings name. Throws UNAUTHORIZED where it is not there. */
export async function readSecret(credentials: Credentials, name: string): Promise<string> {
  const text = await credentials.secret(name)
  if (text !== null && text !== '') return text
  throw new SourceError(
    'UNAUTHORIZED',
    `The secret \`${name}\` of this source is not there, or empty. Whoever runs Waybill keeps it as a file of that name ` +
      'in the folder of secrets for this host.',
  )
}
