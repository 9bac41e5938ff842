// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * A clock source that is the TSC, and more on some processors: what a guest has whose hypervisor gave its processors
 * different TSC offsets. Parameters: `cpus`, a bit for each odd processor, and `ahead_ms`, by how much these are ahead
 * (behind when negative, which works up to what the clock has run since it became this source).
 *
 * Only readings with interrupts enabled are odd, that is, those of programs. Else, as soon as an odd processor makes
 * the kernel's tick, the time of the whole system would jump and there would be one clock again.
 */
#include <linux/clocksource.h>
#include <linux/irqflags.h>
#include <linux/module.h>
#include <linux/smp.h>
#include <asm/msr.h>
#include <asm/tsc.h>

static unsigned long cpus;
module_param(cpus, ulong, 0644);
static long ahead_ms;
module_param(ahead_ms, long, 0644);

static u64 read_odd(struct clocksource *source)
{
	u64 now = rdtsc_ordered();

	if (!irqs_disabled() && (READ_ONCE(cpus) >> raw_smp_processor_id() & 1))
		now += READ_ONCE(ahead_ms) * (s64)tsc_khz;
	return now;
}

/* Of the lowest rating: nobody takes it who was not told to. */
static struct clocksource oddcpu = {
	.name = "oddcpu",
	.rating = 1,
	.read = read_odd,
	.mask = CLOCKSOURCE_MASK(64),
	.flags = CLOCK_SOURCE_IS_CONTINUOUS,
	.owner = THIS_MODULE,
};

static int __init oddcpu_init(void)
{
	return clocksource_register_khz(&oddcpu, tsc_khz);
}

static void __exit oddcpu_exit(void)
{
	clocksource_unregister(&oddcpu);
}

module_init(oddcpu_init);
module_exit(oddcpu_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("A clock source that is off on some processors, for tests");
