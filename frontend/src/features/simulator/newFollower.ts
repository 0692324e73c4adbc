/** The channels that can be played here, with the prefix that an id on them has. */
export const PREFIXES = { instagram: "ig", whatsapp: "wa", telegram: "tg", simulator: "sim" } as const;

export type Channel = keyof typeof PREFIXES;
export const CHANNELS = Object.keys(PREFIXES) as Channel[];

/** An id for somebody who has never written, shaped as the channel shapes its own. */
export function inventId(channel: Channel, name: string): string {
  const digits = (count: number) =>
    Array.from({ length: count }, () => Math.floor(Math.random() * 10)).join("");
  const handle = name
    .normalize("NFD")
    .replace(/[^\p{ASCII}]/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "");
  const id = {
    instagram: `1784${digits(13)}`,
    whatsapp: `346${digits(8)}`,
    telegram: `7${digits(8)}`,
    simulator: `${handle || "guest"}_${digits(4)}`,
  }[channel];
  return `${PREFIXES[channel]}_${id}`;
}

/** The channel that an id belongs to, by its prefix. */
export function channelOf(followerId: string): Channel {
  return CHANNELS.find((channel) => followerId.startsWith(`${PREFIXES[channel]}_`)) ?? "simulator";
}
