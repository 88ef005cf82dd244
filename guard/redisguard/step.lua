-- A step of a guard.Store, for all its counters at once.
--
-- KEYS are the counters. The value of a counter is a string with a block for each window: the window in
-- milliseconds (6 bytes); the number of sent codes (4) and of their entries (2); the number of verified codes (4)
-- and of their entries (2); and these entries, the oldest first: time (6) and number (4).
--
-- ARGV: the operation; the time of the code to undo; the current time, or "" for the server's own; and the limits of
-- all keys. For each key there is the number of limits (1 byte), and for each limit the window in milliseconds (6),
-- most (4) and earned (1).
--
-- The result: whether a code was taken, the time, and for each limit the number of sent codes, the number of
-- verified codes, and the time to wait.
local op, at, now = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
if not now then
	local time = redis.call('TIME')
	now = time[1] * 1000 + math.floor(time[2] / 1000)
end

local write, read, sub, floor, min, max = struct.pack, struct.unpack, string.sub, math.floor, math.min, math.max
local exact, slots = 32, 32 -- see window.go of the guard
local block, entry, limit = '>I6I4I2I4I2', '>I6I4', '>I6I4I1'
local head, size, width = 18, 10, 11 -- their sizes in bytes

-- prune removes expired entries. Times in the future are set to now; then the third result is true.
local function prune(total, entries, window)
	local from = 1
	while from <= #entries do
		local time, n = read(entry, entries, from)
		if time + window > now then
			break
		end
		total, from = total - n, from + size
	end
	if from > 1 then
		entries = sub(entries, from)
	end
	local moved = false
	for last = #entries - size + 1, 1, -size do
		local time, n = read(entry, entries, last)
		if time <= now then
			break
		end
		entries, moved = sub(entries, 1, last - 1) .. write(entry, now, n) .. sub(entries, last + size), true
	end
	return total, entries, moved
end

-- add counts one more code.
local function add(entries, window)
	if #entries >= exact * size then
		local last = #entries - size + 1
		local time, n = read(entry, entries, last)
		local slot = max(floor(window / slots), 1)
		if floor(time / slot) == floor(now / slot) then
			return sub(entries, 1, last - 1) .. write(entry, now, n + 1)
		end
	end
	return entries .. write(entry, now, 1)
end

-- undo removes one code, and returns how many it removed: 0 or 1.
local function undo(entries)
	for from = 1, #entries, size do
		local time, n = read(entry, entries, from)
		if time >= at then
			local left = n > 1 and write(entry, time, n - 1) or ''
			return sub(entries, 1, from - 1) .. left .. sub(entries, from + size), 1
		end
	end
	return entries, 0
end

-- wait returns the time until a limit has room.
local function wait(l)
	local sent, verified = l.sent, l.verified
	if l.most == 0 or sent < l.most + l.earned * min(verified, sent) then
		return 0
	end
	local next, free = 1, now
	for from = 1, #l.sends, size do
		local time, n = read(entry, l.sends, from)
		free, sent = time + l.window, sent - n
		while next <= #l.verifies do
			time, n = read(entry, l.verifies, next)
			if time + l.window > free then
				break
			end
			verified, next = verified - n, next + size
		end
		if sent < l.most + l.earned * min(verified, sent) then
			break
		end
	end
	return free - now
end

-- load reads a counter: its windows in order, and by their length. It keeps windows of limits that are no longer used
-- until they are empty.
local function load(text)
	local windows, byLength, moved = {}, {}, false
	local from = 1
	while from <= #text do
		local window, sent, sends, verified, verifies = read(block, text, from)
		from = from + head
		local between = from + sends * size
		local w = {window = window, most = 0, earned = 0}
		local a, b
		w.sent, w.sends, a = prune(sent, sub(text, from, between - 1), window)
		from = between + verifies * size
		w.verified, w.verifies, b = prune(verified, sub(text, between, from - 1), window)
		moved = moved or a or b
		if w.sends ~= '' or w.verifies ~= '' then
			windows[#windows + 1], byLength[window] = w, w
		end
	end
	return windows, byLength, moved
end

-- save writes a counter with the expiry of its longest window. It deletes an empty counter.
local function save(key, windows)
	local parts, longest = {}, 0
	for _, w in ipairs(windows) do
		if w.sends ~= '' or w.verifies ~= '' then
			parts[#parts + 1] = write(block, w.window, w.sent, #w.sends / size, w.verified, #w.verifies / size)
			parts[#parts + 1], parts[#parts + 2] = w.sends, w.verifies
			longest = max(longest, w.window)
		end
	end
	if longest > 0 then
		redis.call('SET', key, table.concat(parts), 'PX', longest)
	else
		redis.call('DEL', key)
	end
end

-- Read all counters.
local counters, room, specs, from = {}, true, ARGV[4], 1
local texts = redis.call('MGET', unpack(KEYS))
for i in ipairs(KEYS) do
	local windows, byLength, moved = load(texts[i] or '')
	local limits = {}
	local count = read('B', specs, from)
	from = from + 1
	for n = 1, count do
		local window, most, earned = read(limit, specs, from)
		local l = byLength[window]
		if not l then
			l = {window = window, sent = 0, sends = '', verified = 0, verifies = ''}
			windows[#windows + 1] = l
		end
		l.most, l.earned = most, earned
		l.wait = wait(l)
		room = room and l.wait == 0
		limits[n], from = l, from + width
	end
	counters[i] = {windows = windows, limits = limits, changed = moved}
end

-- Apply the operation, and write the changed counters.
local taken = op == 'add' or op == 'take' and room
local answer = {taken and 1 or 0, now}
for i, key in ipairs(KEYS) do
	local counter = counters[i]
	for _, l in ipairs(counter.limits) do
		if taken then
			l.sent, l.sends = l.sent + 1, add(l.sends, l.window)
		elseif op == 'verify' then
			l.verified, l.verifies = l.verified + 1, add(l.verifies, l.window)
		elseif op == 'undo' then
			local n
			l.sends, n = undo(l.sends)
			l.sent = l.sent - n
		end
		if taken then
			l.wait = wait(l)
		end
		answer[#answer + 1], answer[#answer + 2], answer[#answer + 3] = l.sent, min(l.verified, l.sent), l.wait
	end
	if counter.changed or taken or op == 'verify' or op == 'undo' then
		save(key, counter.windows)
	end
end
return answer
