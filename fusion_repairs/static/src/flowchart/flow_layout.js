export const CARD = { width: 220, height: 104, gapX: 28, gapY: 64 };

/**
 * Place the steps of a chart in rows, each below all steps that lead to it.
 *
 * @param {{id: number, edges: {target_id: number}[]}[]} nodes
 * @param {number | false} startId
 * @returns {{places: Record<number, {x: number, y: number}>, width: number, height: number}} pixels
 */
export function layOut(nodes, startId) {
    const depths = findDepths(nodes, startId);
    const rows = new Map();
    for (const node of nodes) {
        const depth = depths.get(node.id);
        rows.set(depth, [...(rows.get(depth) || []), node.id]);
    }
    const places = {};
    let width = 0;
    for (const [depth, ids] of rows) {
        ids.forEach((id, index) => {
            const x = index * (CARD.width + CARD.gapX);
            places[id] = { x, y: depth * (CARD.height + CARD.gapY) };
            width = Math.max(width, x + CARD.width);
        });
    }
    const last = Math.max(0, ...depths.values());
    return { places, width, height: last * (CARD.height + CARD.gapY) + CARD.height };
}

/** The longest way from the start; a circle is followed once; what no way reaches comes last. */
function findDepths(nodes, startId) {
    const byId = new Map(nodes.map((node) => [node.id, node]));
    const depths = new Map();
    const follow = (id, depth, way) => {
        if (way.has(id) || (depths.get(id) ?? -1) >= depth) {
            return;
        }
        depths.set(id, depth);
        for (const edge of byId.get(id).edges) {
            follow(edge.target_id, depth + 1, new Set([...way, id]));
        }
    };
    if (byId.has(startId)) {
        follow(startId, 0, new Set());
    }
    const below = Math.max(-1, ...depths.values()) + 1;
    for (const node of nodes) {
        if (!depths.has(node.id)) {
            depths.set(node.id, below);
        }
    }
    return depths;
}
