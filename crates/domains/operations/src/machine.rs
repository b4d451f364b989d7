//! The machine the program runs on: memory, processor, network, disk. Read from `/proc`; what another system
//! does not have stays unknown.

use std::path::Path;

/// Numbers of the machine at a moment. Counters grow; their differences are what is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Machine {
    /// Bytes of memory.
    pub memory: Option<u64>,
    /// Of these, free for programs.
    pub memory_free: Option<u64>,
    /// Bytes of this program.
    pub process: Option<u64>,
    /// Ticks of the processors since the start, and of these idle.
    pub ticks: Option<(u64, u64)>,
    /// Bytes received and sent since the start, without the machine's talk to itself.
    pub network: Option<(u64, u64)>,
    /// Bytes of the data's disk, and of these free.
    pub disk: Option<(u64, u64)>,
}

/// Where the numbers come from; tests bring their own.
pub trait Probe: Send + Sync {
    /// The numbers now.
    fn look(&self, data: &Path) -> Machine;
    /// Name of the machine.
    fn name(&self) -> String;
}

/// The machine itself.
pub struct ThisMachine;

impl Probe for ThisMachine {
    fn look(&self, data: &Path) -> Machine {
        let text = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        let info = text("/proc/meminfo");
        Machine {
            memory: kilobytes(&info, "MemTotal:"),
            memory_free: kilobytes(&info, "MemAvailable:"),
            process: kilobytes(&text("/proc/self/status"), "VmRSS:"),
            ticks: ticks(&text("/proc/stat")),
            network: network(&text("/proc/net/dev")),
            disk: rustix::fs::statvfs(data)
                .ok()
                .map(|disk| (disk.f_blocks.saturating_mul(disk.f_frsize), disk.f_bavail.saturating_mul(disk.f_frsize))),
        }
    }

    fn name(&self) -> String {
        let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        if name.trim().is_empty() { "server".to_owned() } else { name.trim().to_owned() }
    }
}

/// A line `Name:   123 kB` in bytes.
fn kilobytes(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find(|line| line.starts_with(name))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kb| kb * 1024)
}

/// The first line of `/proc/stat`: all ticks, and those idle or waiting for a disk.
fn ticks(text: &str) -> Option<(u64, u64)> {
    let line = text.lines().next()?.strip_prefix("cpu ")?;
    let parts: Vec<u64> = line.split_whitespace().map_while(|part| part.parse().ok()).collect();
    let idle = parts.get(3)? + parts.get(4).unwrap_or(&0);
    // The guests' ticks are part of the first two.
    Some((parts.iter().take(8).sum(), idle))
}

fn network(text: &str) -> Option<(u64, u64)> {
    let mut sum: Option<(u64, u64)> = None;
    for line in text.lines() {
        let Some((name, numbers)) = line.split_once(':') else { continue };
        if name.trim() == "lo" {
            continue;
        }
        let parts: Vec<u64> = numbers.split_whitespace().map_while(|part| part.parse().ok()).collect();
        if let (Some(received), Some(sent)) = (parts.first(), parts.get(8)) {
            let (before_in, before_out) = sum.unwrap_or_default();
            sum = Some((before_in + received, before_out + sent));
        }
    }
    sum
}

impl Machine {
    /// Percent of the memory in use.
    pub fn memory_percent(&self) -> Option<i64> {
        let (all, free) = (self.memory?, self.memory_free?);
        percent(all.saturating_sub(free), all)
    }

    /// Percent of the disk that is free.
    pub fn disk_percent(&self) -> Option<i64> {
        let (all, free) = self.disk?;
        percent(free, all)
    }

    /// Percent of the processors' time in use since an earlier look.
    pub fn cpu_percent(&self, earlier: &Self) -> Option<i64> {
        let ((all, idle), (all_before, idle_before)) = (self.ticks?, earlier.ticks?);
        let all = all.checked_sub(all_before)?;
        percent(all.saturating_sub(idle.saturating_sub(idle_before)), all)
    }
}

fn percent(part: u64, all: u64) -> Option<i64> {
    i64::try_from(part.checked_mul(100)?.checked_div(all)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// req: OPS-033
    #[test]
    fn the_machine_is_read_as_it_writes_itself() {
        let info = "MemTotal:       8000000 kB\nMemFree: 1 kB\nMemAvailable:   2000000 kB\n";
        let stat = |busy: u64, idle: u64| ticks(&format!("cpu  {busy} 0 0 {idle} 10 0 0 0 5 0\ncpu0 1 2\n"));
        let dev = "Inter-|\n face |bytes\n    lo: 9 0 0 0 0 0 0 0 9 0\n  eth0: 1000 1 0 0 0 0 0 0 500 1\n  eth1: 1 0 0 0 0 0 0 0 2 0\n";
        let now = Machine {
            memory: kilobytes(info, "MemTotal:"),
            memory_free: kilobytes(info, "MemAvailable:"),
            ticks: stat(150, 240),
            network: network(dev),
            disk: Some((1_000, 80)),
            ..Machine::default()
        };
        let before = Machine { ticks: stat(100, 200), ..Machine::default() };
        assert_eq!(now.memory_percent(), Some(75));
        assert_eq!(now.cpu_percent(&before), Some(55));
        assert_eq!(now.network, Some((1_001, 502)));
        assert_eq!(now.disk_percent(), Some(8));
        let unknown = Machine::default();
        assert_eq!(
            (unknown.cpu_percent(&before), unknown.disk_percent(), unknown.memory_percent()),
            (None, None, None)
        );
    }
}
