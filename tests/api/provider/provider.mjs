// A certified OpenID provider for the tests: node provider.mjs PORT ALG CLIENT SECRET PAGE. Whoever signs in is who they say they are.
import { generateKeyPairSync } from 'node:crypto';
import { Provider } from 'oidc-provider';

const [port, alg, client, secret, page] = process.argv.slice(2);
const jwk = (kid, use, kind, options) => ({ ...generateKeyPairSync(kind, options).privateKey.export({ format: 'jwk' }), kid, alg: use, use: 'sig' });

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{
    client_id: client, client_secret: secret, redirect_uris: [page], response_types: ['code'], grant_types: ['authorization_code'],
    id_token_signed_response_alg: alg, token_endpoint_auth_method: 'client_secret_basic',
  }],
  jwks: { keys: [jwk('rsa-1', 'RS256', 'rsa', { modulusLength: 2048 }), jwk('ec-1', 'ES256', 'ec', { namedCurve: 'P-256' })] },
  claims: { openid: ['sub'], profile: ['preferred_username', 'name', 'groups'] },
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  cookies: { keys: ['tests'] },
  findAccount: (ctx, id) => ({
    accountId: id,
    claims: () => ({ sub: `sub-${id}`, preferred_username: id, name: 'Người thử', groups: ['can-bo'] }),
  }),
});
provider.listen(Number(port), '127.0.0.1', () => console.log('ready'));
