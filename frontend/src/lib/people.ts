import type { Platform } from "@/api/types";

type Person = { name: string | null; username: string | null; follower_id: string; platform: Platform };

/** What to call somebody, or null when all that is known of them is a number. */
export function nameOf({ name, username }: Person): string | null {
  return name ?? (username ? `@${username}` : null);
}

/** How the person is found on their channel: @handle, or the telephone number on WhatsApp. */
export function handleOf({ username, platform, follower_id }: Person): string | null {
  if (username) return `@${username}`;
  const digits = /^wa_(\d+)$/.exec(follower_id)?.[1];
  return platform === "whatsapp" && digits ? `+${digits}` : null;
}
