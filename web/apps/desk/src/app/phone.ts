import { onBeforeUnmount, ref, type Ref } from 'vue'

/** True at phone width, where tables become cards and only reading, approving and urging are offered. */
export function usePhone(): Ref<boolean> {
  const query = matchMedia('(max-width: 767px)')
  const phone = ref(query.matches)
  const change = () => { phone.value = query.matches }
  query.addEventListener('change', change)
  onBeforeUnmount(() => query.removeEventListener('change', change))
  return phone
}
