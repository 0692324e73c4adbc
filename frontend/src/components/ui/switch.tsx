import { Switch as Primitive } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";

export function Switch({ className, ...props }: ComponentProps<typeof Primitive.Root>) {
  return (
    <Primitive.Root
      className={cn(
        "bg-input data-[state=checked]:bg-success inline-flex h-5.5 w-9.5 shrink-0 items-center rounded-full border border-transparent transition-colors disabled:opacity-50",
        className,
      )}
      {...props}
    >
      <Primitive.Thumb className="size-4.5 translate-x-px rounded-full bg-white shadow-sm transition-transform data-[state=checked]:translate-x-4.25" />
    </Primitive.Root>
  );
}
