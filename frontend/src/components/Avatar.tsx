import { cn } from "@/lib/cn";
import type { Platform } from "@/api/types";
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
        className="bg-muted text-muted-foreground flex size-full items-center justify-center rounded-full text-xs font-semibold"
      >
        {initials}
      </span>
      <span className="border-border bg-surface absolute -right-1 -bottom-1 flex size-4.5 items-center justify-center rounded-full border">
        <PlatformIcon platform={platform} className="size-2.5" />
      </span>
    </span>
  );
}
