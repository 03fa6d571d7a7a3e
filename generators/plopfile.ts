export default function plopfile(): void {}
