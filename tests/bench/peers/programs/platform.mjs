// One message to the platform, over connections that are kept open.
import { Pool } from "undici";

const url = new URL(process.env.PLATFORM_URL);
const pool = new Pool(url.origin, { connections: Number(process.env.CALLS_AT_ONCE) });

export async function send({ chat_id, text }) {
  const { statusCode, body } = await pool.request({
    method: "POST",
    path: url.pathname,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ chat_id, text }),
  });
  const answer = await body.json();
  if (statusCode !== 200 || !answer.ok) throw new Error(`the platform answered ${statusCode}`);
}
