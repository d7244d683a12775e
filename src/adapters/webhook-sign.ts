/** Standard Webhooks signatures. Only importer of standardwebhooks. */
import { Webhook } from 'standardwebhooks';

/** Headers for one attempt; every secret signs, so that a receiver may rotate at its own pace. */
export function signWebhook(
  secrets: readonly string[],
  message: { readonly id: string; readonly at: number; readonly body: string },
): Readonly<Record<string, string>> {
  const at = new Date(message.at);
  const signatures = secrets.map((secret) => new Webhook(secret).sign(message.id, at, message.body));
  return {
    'webhook-id': message.id,
    'webhook-timestamp': String(Math.floor(message.at / 1_000)),
    'webhook-signature': signatures.join(' '),
  };
}
