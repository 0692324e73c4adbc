import type { CSSProperties } from "react";
import type { Platform } from "@/api/types";
import { cn } from "@/lib/cn";
import { PlatformIcon } from "./PlatformIcon";

/** The initials of somebody, with their channel in the corner. */
export function Avatar({
  name,
  platform,
  className,
}: {
  name: string;
  platform: Platform;
  className?: string;
}) {
  const initials = name
    .replace(/^@/, "")
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => word.charAt(0))
    .join("")
    .toUpperCase();
  return (
    <span className={cn("relative inline-flex size-9 shrink-0", className)}>
      <span
        aria-hidden
        className="avatar-tint flex size-full items-center justify-center rounded-full text-xs font-semibold"
        style={{ "--hue": hueOf(name) } as CSSProperties}
      >
        {initials}
      </span>
      <span className="border-border bg-surface absolute -right-1 -bottom-1 flex size-4.5 items-center justify-center rounded-full border">
        <PlatformIcon platform={platform} className="size-2.5" />
      </span>
    </span>
  );
}

/** The same person always has the same colour (degrees). */
function hueOf(name: string): number {
  return Array.from(name).reduce((hue, letter) => (hue * 31 + (letter.codePointAt(0) ?? 0)) % 360, 7);
}
