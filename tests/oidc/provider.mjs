// A provider of identities for tests: any account of ACCOUNTS signs in with its name. Arguments: the port to listen on,
// the address of the site, the accounts as JSON, `jwt` for a signed userinfo as ProConnect gives.
import { Provider } from 'oidc-provider'

const [port, site, accounts, userinfo] = process.argv.slice(2)
const known = JSON.parse(accounts)
const issuer = `http://127.0.0.1:${port}`
const provider = new Provider(issuer, {
  clients: [{
    client_id: 'gisement',
    client_secret: 'a secret of the tests',
    redirect_uris: [`${site}/session/callback`],
    post_logout_redirect_uris: [`${site}/`],
    token_endpoint_auth_method: 'client_secret_post',
    ...(userinfo === 'jwt' ? { userinfo_signed_response_alg: 'RS256' } : {}),
  }],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], siret: ['siret'], given_name: ['given_name'], usual_name: ['usual_name'] },
  scopes: ['openid', 'email', 'siret', 'given_name', 'usual_name'],
  pkce: { required: () => true },
  cookies: { keys: ['a key of the tests'] },
  features: { jwtUserinfo: { enabled: true } },
  async findAccount (_, id) {
    return known[id] && { accountId: id, async claims () { return { sub: id, ...known[id] } } }
  },
})
provider.listen(Number(port), '127.0.0.1', () => console.log('ready'))
