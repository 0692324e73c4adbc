import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";

export function Input({ className, ...props }: ComponentProps<"input">) {
  return (
    <input
      className={cn(
        "border-input/60 bg-surface placeholder:text-muted-foreground h-9 w-full min-w-0 rounded-lg border px-3 text-base disabled:opacity-50 md:text-sm",
        className,
      )}
      {...props}
    />
  );
}
