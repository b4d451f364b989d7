//! A bounded cache of two generations: when the young one is full it becomes the old one.
//! What is used stays, what is not used is forgotten after two generations; a hit costs one read lock.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

pub(crate) struct Cache<T> {
    generations: RwLock<Generations<T>>,
    capacity: usize,
}

struct Generations<T> {
    young: HashMap<String, Arc<T>>,
    old: HashMap<String, Arc<T>>,
}

impl<T> Cache<T> {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { generations: RwLock::new(Generations { young: HashMap::new(), old: HashMap::new() }), capacity }
    }

    pub(crate) fn get(&self, key: &str) -> Option<Arc<T>> {
        let old = {
            let generations = self.generations.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(found) = generations.young.get(key) {
                return Some(Arc::clone(found));
            }
            Arc::clone(generations.old.get(key)?)
        };
        self.put(key, Arc::clone(&old));
        Some(old)
    }

    pub(crate) fn put(&self, key: &str, value: Arc<T>) {
        let mut generations = self.generations.write().unwrap_or_else(PoisonError::into_inner);
        if generations.young.len() >= self.capacity {
            generations.old = std::mem::take(&mut generations.young);
        }
        generations.young.insert(key.to_owned(), value);
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        let generations = self.generations.read().unwrap_or_else(PoisonError::into_inner);
        generations.young.len() + generations.old.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_holds_more_than_two_generations_and_keeps_what_is_used() {
        let cache = Cache::new(10);
        cache.put("used", Arc::new(0));
        for n in 0..1_000 {
            cache.put(&n.to_string(), Arc::new(n));
            assert!(cache.get("used").is_some());
            assert!(cache.len() <= 20);
        }
    }
}
