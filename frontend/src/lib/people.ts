import type { Platform } from "@/api/types";

type Person = { name: string | null; username: string | null; follower_id: string; platform: Platform };

/** What to call somebody: their name, their @handle, else their id; null when even that was made up here. */
export function nameOf({ name, username, follower_id }: Person): string | null {
  if (name !== null) return name;
  if (username) return `@${username}`;
  return follower_id.startsWith("manual_") ? null : follower_id;
}

/** How the person is found on their channel: @handle, or the telephone number on WhatsApp. */
export function handleOf({ username, platform, follower_id }: Person): string | null {
  if (username) return `@${username}`;
  const digits = /^wa_(\d+)$/.exec(follower_id)?.[1];
  return platform === "whatsapp" && digits ? `+${digits}` : null;
}
