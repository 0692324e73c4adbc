import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";

export function Textarea({ className, ...props }: ComponentProps<"textarea">) {
  return (
    <textarea
      className={cn(
        "border-input/60 bg-surface placeholder:text-muted-foreground field-sizing-content max-h-64 min-h-16 w-full min-w-0 resize-none rounded-lg border px-3 py-2 text-base md:text-sm",
        className,
      )}
      {...props}
    />
  );
}
