-- The phrases of the word lists may have gaps, and say which words must not stand beside them; the list of danger to life is made anew with
-- them. What stands in a list already means what it meant. Servers of before find none of the phrases that use either: replace them soon.
set local search_path = tiepdan, public;

alter table triage_word drop constraint triage_word_folded,
	add constraint triage_word_folded check (char_length(phrase) <= 100 and phrase ~ (
		'^(![a-z0-9]+ ){0,4}[a-z0-9]+( [a-z0-9]+){0,7}( ![a-z0-9]+){0,4}'
		|| '( \*[1-9] (![a-z0-9]+ ){0,4}[a-z0-9]+( [a-z0-9]+){0,7}( ![a-z0-9]+){0,4}){0,7}$'));
comment on table triage_word is 'Folded phrases of up to eight syllables. Without diacritics words fall together ("từ từ", "tự tử"): choose phrases.
How gaps and forbidden neighbours are written: civil/patterns.h.';
update import_type set pattern = '^(![a-z0-9]+ ){0,4}[a-z0-9]+( [a-z0-9]+){0,7}( ![a-z0-9]+){0,4}'
		|| '( \*[1-9] (![a-z0-9]+ ){0,4}[a-z0-9]+( [a-z0-9]+){0,7}( ![a-z0-9]+){0,4}){0,7}$',
	wanted = 'up to eight syllables in small letters without diacritics (*1 to *9 alone between two of them lets up to so many others stand '
		'there; !word before or behind them forbids that neighbour)'
	where code = 'folded';
update import_phrase set pattern = ' is not up to eight syllables in small letters without diacritics \(.*\)$',
	vi = ' không phải là tối đa tám âm tiết viết thường không dấu (giữa hai âm tiết có thể ghi riêng *1 đến *9: cho phép chen tối đa ngần ấy âm '
		'tiết khác; !âmtiết ở trước hoặc sau: không được đứng liền bên)'
	where position = 35;
comment on function import_triage_words is 'kind, phrase (folded), weight (1 to 100), language (vi, en; optional), valid_from, valid_to (optional).
Words of a phrase stand side by side, in their order. *N between two of them (N from 1 to 9) lets up to N others stand there: "day dien *3 dut" is
in "day dien cao the bi dut". !word behind them, at the end or before a *N, is a word that must not come next, before them one that must not have
come just before: "day dien !thoai *3 dut" is not in "day dien thoai dut". A phrase that shall no longer count gets a valid_to.';

-- Who has changed the list of danger keeps it as it is: only the one of 0034 becomes the one below.
do $$
begin
	if (select array_agg(row (language, weight, phrase, valid_from, valid_to)::text order by phrase collate "C") from triage_word where kind = 'danger')
		is distinct from (select array_agg(row (l, w, p, null::date, null::date)::text order by p collate "C") from (values
		('vi', 10, '{chay nha,boc chay,hoa hoan,bi dien giat,day dien dut,dut day dien,ro ri gas,no binh gas,sap nha,bao hanh tre em,
			xam hai tre em,danh dap tre em,duoi nuoc,dinh tu tu,no sung,bat coc}'),
		('vi', 6, '{dam chay,bi chay,ho dien,ro dien,nguy co sap,nguy hiem tinh mang,bi thuong nang,cap cuu,chay lon,khi gas,khoi day dac,
			mac ket,cuon troi,sat lo}'),
		('en', 10, '{house on fire,live wire,gas leak,building collapse,child abuse,electric shock,drowning}')) v (l, w, phrases),
		unnest(v.phrases::text[]) p) then
		return;
	end if;
	delete from triage_word where kind = 'danger';
	insert into triage_word (kind, language, weight, phrase)
	select 'danger', l, w, p from (values
		-- fire, explosions
		('vi', 10, '{!nuoc !phong !may !xe chay nha,boc chay,!phong chay chung cu,!phong chay can ho,!phong chay kho hang,!phong chay kho xuong,
			!phong chay phong tro,!phong chay phong hoc,!phong chay phong ngu,!phong !nuoc chay o tang !ham,!phong chay tram bien ap,
			!phong chay tram dien,!phong chay cot dien,!phong chay tu dien,!phong chay cong to,!phong chay dong ho dien,
			!phong chay quan karaoke,!phong chay cho dan sinh,!phong chay xuong vai,chay rung o,chay rung tren,chay rung tai,dam chay lon,
			ngoi nha dang chay,can nha dang chay,nha tro dang chay,nha dan dang chay,nha dang chay lon,nha toi dang chay !nuoc !ra,
			lua boc cao,lua boc len,lua dang lan,lua chay lan,bi hoa hoan,hoa hoan lon,hoa hoan tai,dang *2 hoa hoan,vua *2 hoa hoan,
			!de chap dien *3 chay !phat,bi chay lon,ket *3 dam chay,!co !gay !de !the phat no,no lo hoi,no noi hoi,no tram bien ap,
			no binh bien ap,bom chua no,phat hien *3 qua bom,phat hien *3 luu dan}'),
		('vi', 6, '{dam chay,bi chay,chay lon,ngon lua,lua chay,lua lon,khoi day dac,khoi den *2 cuon cuon,khoi nghi ngut,tieng no lon,vu no,
			vat lieu no,luu dan,toe lua,phong tia lua,chap dien,chay rung,chay to,!phong chay day dien}'),
		-- electricity
		('vi', 10, '{bi dien giat,dien giat *2 chet,dien giat *2 nguoi,giat dien chet,giat dien bat tinh,nguoi *1 bi giat dien,chau *2 bi giat dien,
			be *2 bi giat dien,dang bi giat dien,day dien !thoai *3 dut,day dien !thoai *8 keo dut,day dien !thoai *3 nam ngang duong,
			day dien !thoai *3 nam tren duong,day dien !thoai *3 nam duoi duong,day dien !thoai *3 nam giua duong,day cao the *3 dut,
			cao the bi dut,cao the *3 roi xuong,day cap dien *3 dut,dut *2 day dien !thoai,!the day dien !thoai *3 roi xuong,dut *2 cao the,
			trung the *2 dut,ha the *2 dut,ro ri dien !thoai,ho dien giat,nuoc *3 nhiem dien,day dien *4 toe lua,dien *4 phong tia lua,
			cot dien *3 do de len,cot dien do trung,cot dien *3 do vao nha}'),
		('vi', 10, '{!ghi !noi !neu !hieu ro dien !thoai !luc !ap !nang}'),
		('vi', 6, '{bi giat dien,dien giat,cot dien *2 do !nguoc}'),
		-- gas, chemicals, poison
		('vi', 10, '{ro ri *2 gas,ro gas,ro khi gas,ri gas,ro ri ga,ro ri khi ga,ro ri khi doc,ro ri khi than,xi gas,xi khi gas,binh gas *5 bi xi,
			binh gas *5 ro ri,binh gas *2 phat no,binh ga *5 bi xi,no binh gas,no vo binh gas,no binh ga,no khi gas,ro ri *2 amoniac,
			ro ri *2 clo,ro ri hoa chat,hoa chat *2 ro ri,tran hoa chat,hoa chat *3 tran ra,tat axit,tat a xit,ngat khi doc,ngat khi gas,
			ngat khi than,ngo doc khi,!so !lo !de bi ngo doc,ngo doc hang loat,ngo doc ruou,nguoi *2 !so !lo !de ngo doc,
			hoc sinh *3 !so !lo !de ngo doc,chau *2 !so !lo !de ngo doc,uong thuoc sau tu tu,uong *2 thuoc tru sau,uong *2 thuoc diet co,
			hit phai khi doc}'),
		('vi', 10, '{mui gas}'),
		('vi', 6, '{khi gas,khi doc,ngo doc}'),
		-- fallen on people, collapse
		('vi', 10, '{cay do de nguoi !dan !di,cay *2 do de len nguoi,cay *3 vua do trung,cay *3 da do trung,cay *3 de trung nguoi !dan,
			!muoi !ga de trung nguoi !dan,de trung mot nguoi,de trung hai nguoi,!the de len nguoi !dan,bi cay de,bi cay do de,
			bi cay xanh de,bi cay gay de,bi cay do trung,bi cay do vao,nguoi bi *4 roi trung,nguoi bi *3 de len,tuong *2 do de *1 nguoi,
			tuong *2 de nguoi,bi tuong de,bi tuong do,!lan can cau *4 do sap,!lan can cau *4 bi lat,!lan can cau thap *2 do,
			!lan can cau *2 do xuong,!lan lat can cau,sap can cau,gay can cau thap,cau thap *3 do sap,cau thap *3 gay,gay cau thap,
			gian giao *2 do sap,gian giao *2 bi sap,sap gian giao,sap nha !xe,nha *2 bi sap,nha *2 bi do sap,nha *3 vua do sap,
			nha da do sap,nha sap do,sap cau !long !thu,cau bi sap,cay cau bi sap,cau vuot bi sap,cau *2 bi do sap,cau vua do sap,sap tuong,
			tuong *2 bi sap,tuong *2 bi do sap,tuong vua do sap,bi sap tran,sap mai nha,sap mai ton,sap gieng,sap san khau,sap khan dai,
			sap ham lo,bi vui lap,nguoi *3 vui lap,nha *3 vui lap,sat lo *3 vui,sat lo *4 nha dan,dang *1 sat lo,sat lo nui,lu quet,
			do nat *3 nguoi,dong do nat,co nguoi *3 mac ket !xe !giua,nguoi *2 mac ket ben trong,nguoi *2 mac ket ben duoi}'),
		('vi', 6, '{nguy co sap,do sap,vui lap,roi trung nguoi,roi trung dau,do trung nguoi,ho tu than,thuong vong}'),
		('vi', 4, '{sat lo}'),
		('vi', 5, '{hoa hoan}'),
		-- people: jumping, drowning, falling, trapped
		('vi', 10, '{sap nhay cau !long,dinh nhay cau !long,doi nhay cau !long,muon nhay cau !long,doa nhay cau,
			nguoi *3 nhay cau !long !thang !truot,chuan bi nhay cau !long,nhay cau tu,nhay cau long bien,nhay xuong *1 song !tam !boi,
			nhay xuong ho !boi !tam,nhay xuong gieng,nhay lau,nhay tu *3 tang,nhay tu *2 lau,nhay tu san thuong,nhay khoi *2 tang,
			dinh tu tu,muon tu tu,doa tu tu,treo co tu tu,dinh tu sat,muon tu sat,doi tu sat,doa tu sat,dang tu sat,khong muon song nua,
			dung tren thanh cau,ngoi tren thanh cau,leo len thanh cau,treo len thanh cau,leo qua lan can cau,treo qua lan can cau,
			dung ngoai lan can,dung tren lan can,leo ra ngoai lan can,bi duoi nuoc,dang duoi nuoc,nguoi duoi nuoc,hoc sinh *2 duoi nuoc,
			nguoi *2 chet duoi !long !gam !dat,dang chet duoi,sap chet duoi,bi chet duoi,roi xuong gieng,nga xuong gieng,lot xuong gieng,
			nguoi *4 roi xuong *1 song,nguoi *4 nga xuong *1 song,nguoi *4 roi xuong ho nuoc,!de !the lao xuong *1 song,o to *2 lao xuong,
			xe khach *2 lao xuong,chau be *4 !de !the !so roi xuong,chau be *4 !de !the !so nga xuong,chau be *4 !de !the !so lot xuong,
			em be *4 !de !the !so roi xuong,em be *4 !de !the !so nga xuong,em be *4 !de !the !so lot xuong,
			be *1 trai *4 !de !the !so roi xuong,be *1 gai *4 !de !the !so roi xuong,tre *3 !de !the !so roi xuong cong,
			tre *3 !de !the !so lot xuong cong,hoc sinh *3 !de !the !so roi xuong cong,hoc sinh *3 !de !the !so lot xuong,
			nguoi *3 bi nuoc cuon,nguoi *3 cuon troi,chau *3 cuon troi,hoc sinh *3 cuon troi,xe *3 bi cuon troi,cuon xuong cong,lat thuyen,
			chim thuyen,thuyen *2 bi lat,thuyen *2 bi chim,ket *2 trong thang may,mac ket *2 thang may,thang may *4 mac ket,
			mac ket *2 trong nha,mac ket *2 dam chay,mac ket duoi ham,mac ket tren mai,mac ket trong cong,mac ket *3 nuoc lu,
			nguoi *2 !nuoc khong thoat ra,bo quen *2 chau *3 tren xe,bo quen *2 tre *2 tren xe,chau *3 bi bo quen,be *2 bi bo quen,
			hoc sinh *3 bi bo quen,nghe *4 keu cuu,tieng keu cuu,het keu cuu,cuu toi voi,cuu chung toi voi,cuu em voi,cuu chau voi,
			cuu nguoi voi,chau *3 mat tich,be *2 di lac,chau *2 di lac,tre *1 di lac}'),
		('vi', 6, '{duoi nuoc,mac ket,cuon troi,keu cuu,!nghien !tra cuu voi !ma !ho !so,nhay cau !long !thang !truot,tu tu bang,roi xuong song,
			nga xuong song}'),
		-- violence
		('vi', 10, '{dang *2 bi danh !gia !thue !cap !dau,bi danh bat tinh,bi danh chay mau,bi danh hoi dong,dang *2 danh nhau,dang *2 chem nhau,
			chem nhau,chem nguoi !tieu,bi chem vao,bi chem trong,bi chem *3 mau,bi chem chet,tay *1 dao *3 doa,co dao *4 chem,
			co dao *4 dam nguoi,co dao *4 doa,mang dao *3 doa,mang dao *3 chem,dao *2 duoi nguoi,dam nguoi *3 dao,bi dam *3 dao,
			bi dam trong thuong,tay cam dao,cam dao kiem,cam dao phay,cam dao nhon,cam dao xong,cam dao vao,cam dao *4 duoi,cam dao *4 doa,
			cam dao *4 chem,cam dao *4 dam,vung dao,rut dao,dao ke co,cam hung khi,mang hung khi,co hung khi,cam sung,no sung,tieng sung,
			dang *2 hanh hung,bi hanh hung *3 chay mau,dang *3 danh dap,dang *2 danh con,bao hanh tre em,xam hai tre em,danh dap tre em,
			danh dap *2 chau be,chau *3 bi xam hai,be *3 bi xam hai,dang *3 hiep dam,doa giet,doi giet,dang cuop,bat coc,bat con tin,
			khong che con tin}'),
		('vi', 6, '{danh nhau,hanh hung,hung khi,danh dap,co dao *2 dam}'),
		-- health, accidents
		('vi', 10, '{nam bat dong !san,bat tinh !nang,bi ngung tim,bi dot quy,nguoi *2 dot quy !hoach !dinh,ngung tho,tim ngung dap,nhoi mau co tim,
			chay mau nhieu,chay nhieu mau,mau chay nhieu,mat nhieu mau,can cap cuu,da goi cap cuu,goi cap cuu gap,goi cap cuu ngay,
			cap cuu gap,vua xay ra tai nan,nguoi *4 hap hoi,bo roi *2 tre so sinh,tre so sinh *3 bo roi,phat hien *3 thi the,bi ran can,
			bi ran doc can,ran doc can,cho dai *2 can nguoi,bi cho dai can}'),
		('vi', 6, '{nguy hiem tinh mang,bi thuong nang,cap cuu,hon me,co giat,vua *2 tai nan}'),
		-- trains
		('vi', 10, '{mac ket *2 duong ray,ket *2 tren duong ray,chet may *3 duong ray,nguoi *2 nam *2 duong ray,duong ray *1 bi gay,
			duong ray *1 bi nut,gac chan *3 khong ha,gac chan *3 khong dong,gac chan *3 hong,can chan *3 khong ha,chan tau *3 khong dong,
			chan tau *3 khong ha,chan tau *3 hong,rao chan *4 tau *4 khong dong,duong ngang *3 khong *2 gac chan,
			duong ngang *3 khong *2 rao chan,duong ngang *3 khong *2 nguoi gac,tau *2 trat banh,tau hoa dam}'),
		-- English
		('en', 10, '{house on fire,on fire !safety !drill !drills !alarms,house *3 burning !rubbish !waste !trash !garbage,
			building *3 burning !rubbish !waste !trash !garbage,an explosion,explosion at,explosion in,loud explosion,exploded,live wire,
			live wires,live cable,power line *3 down,power line *3 fell,power line *3 fallen,power line *3 broken,power line *3 snapped,
			power lines *3 down,power lines *3 fallen,power cable *3 fell,power cable *3 broken,electric wire *4 fell,
			electric wire *4 fallen,electric wire *4 broken,electric wire *4 snapped,electric cable *4 broken,fallen power line,
			downed power line,broken power line,wire *3 sparking,wires *3 sparking,cable *3 sparking,electric shock,electrocuted,gas leak,
			gas leaking,gas is leaking,leaking gas,leak of gas,smell gas,smell of gas,gas smell,chemical spill,chemical leak,ammonia leak,
			toxic gas,carbon monoxide,acid attack,people *2 poisoned,child *3 poisoned,children *2 poisoned,building collapse,
			building *2 collapsed,building is collapsing,house *2 collapsed,bridge *2 collapsed,wall *2 collapsed,roof *2 collapsed,
			scaffolding *2 collapsed,crane *2 collapsed,crane *3 fell,collapsed on,fell on *3 person,fell on *2 man,fell on *2 woman,
			fell on *2 child,fell on *2 people,fell on *2 pedestrian,pinned under,trapped under,crushed under,trapped inside,
			people *2 trapped,person *2 trapped,child *2 trapped,trapped in *2 lift,trapped in *2 elevator,stuck in *2 lift,
			stuck in *2 elevator,about to jump,going to jump,wants to jump,threatening to jump,jump off *2 bridge,jumped off *2 bridge,
			jump from *2 bridge,jumped from *2 bridge,suicide,kill himself,kill herself,kill myself,drowning !in,drowning in *1 lake,
			drowning in *1 river,drowned,child *4 fell into,boy *4 fell into,girl *4 fell into,fell into *2 well,fell into *2 river,
			person *2 swept away,people *2 swept away,child *2 swept away,flash flood,landslide *4 houses,landslide *4 people,buried alive,
			child abuse,being beaten,being attacked,being stabbed,with a knife,has a knife,holding a knife,stabbed,stabbing,has a gun,
			gunshot,gunshots,shots fired,beating *2 wife,beating *2 child,beating *2 woman,kidnapped,kidnapping,hostage,unconscious,
			not breathing,heart attack,bleeding heavily,bleeding badly,seriously injured,badly injured,call an ambulance,need an ambulance,
			stuck on *2 railway,stuck on *2 tracks,barrier *3 not closing,barrier *3 not close,crossing *3 without *2 barrier,
			crossing *3 no barrier,bomb}'),
		('en', 6, '{flames,exposed wires,exposed wire,ambulance,food poisoning,domestic violence,toxic fumes,collapsed,trapped,help us,
			life threatening,explosion}'),
		('en', 5, '{burning,sparking,landslide}'),
		('en', 4, '{thick smoke}'),
		-- whatever it is, as people say it
		('vi', 10, '{day dien *3 vat ngang,tia lua dien,day dien *6 tia lua,mui ga *1 manh,mui ga nong nac,ngui *2 mui ga !vit,binh gas *3 ho van,
			binh gas *5 xi khoi,de len *1 chau,de trung *2 phu nu,de trung *2 cong nhan,de trung *2 hoc sinh,treo ra ngoai lan can,
			leo *2 lan can cau,doi nhay xuong,dinh nhay xuong,doa nhay xuong,sap nhay xuong,muon nhay xuong,chuan bi nhay xuong,
			be *4 !de !the !so nga xuong ao,chau *4 !de !the !so nga xuong ao,chau *4 !de !the !so roi xuong ao,
			tre con *3 !de !the roi *1 ho ga,tre em *3 !de !the roi *1 ho ga,tre con *3 !de !the roi xuong,lua lan sang,chay du doi,
			chay ngun ngut,dang co chay,lay dao *3 chem,lay dao *3 dam,dao chem,chem vo,chem chong,chem con,an mang !xa,danh dap vo,
			thang may bi roi,thang may roi tu,nguoi bi ket ben,ngat khi duoi,ngat khi trong ham,ngat khi trong gieng,nguoi *2 ngat khi,
			cong nhan *2 ngat khi,hoc sinh *6 non mua,non mua *2 sau *2 an,nguoi *2 nam *2 khong dong,nam im khong dong,ngat xiu,
			xe *2 can qua nguoi,tong *4 bat tinh,co nguoi bi thuong nang,co nguoi bi dam,dang chay mau,bi ho dien !thoai,
			dang ho dien !thoai,ho dien ra,cot *4 !dong ho dien !thoai,tu dien *3 ho dien,chong *2 danh vo,dang *2 danh vo,danh vo con,
			xuong *1 chay lon,kho *1 chay lon,quan *1 chay lon,nha chay to,nha chay lon,tuong *4 !sap !the !de !so do xuong *4 nguoi,
			de len *1 phu nu,de len *1 cong nhan,de len *1 hoc sinh,de len mot nguoi,de len hai nguoi,nguoi *1 ket !xe *1 trong !dong !xe,
			!de !the !so truot chan *2 xuong ho,!de !the !so truot chan *2 xuong song,!de !the !so truot chan *2 xuong ao,
			!de !the !so truot chan *2 xuong kenh,be *4 !de !the !so nga xuong ho,chau *4 !de !the !so rot xuong,
			be *4 !de !the !so rot xuong,tre *4 !de !the !so rot xuong,day dien !thoai *3 rot xuong,dut rot xuong,can truc *2 do sap,
			can truc *2 do xuong,uong thuoc ngu tu tu,xe bon *2 bi lat,xe bon lat,axit chay,axit *2 do ra,nui lo,bi vui !ve,
			dam chay *5 lan nhanh,dam chay *5 dang lan,!de !nguy !co chay lan nhanh,xet lua,leo len cot dien,treo len cot dien,doi tu tu,
			be *3 bi ket dau,tre *2 bi ket dau,gas phun,xe cho gas *2 lat,co nguoi keu cuu,amoniac *2 ro ri,!phong chay quan an,
			ham chui bi sap,ham chui sap}'),
		('vi', 6, '{tia lua,nguoi bi thuong,chua tim thay,gao khoc,khong dong day,goi 114,goi 115,cuu nguoi,ho dien !thoai,co nguoi chet}'),
		('en', 10, '{fell *2 on *2 workers,fell *2 on *2 man,fell *2 on *2 people,fell *2 on *2 woman,fell *2 on *2 children,
			electricity cable *3 down,electric wire *2 down,electric wires *2 down,electric cable *2 down,fell in *2 river,fell in *2 lake,
			fell in *2 canal,fell in *2 well,fell into *2 lake,fell into *2 canal,fell into *2 pond,machete,machetes,with knives,with a gun,
			someone *2 drowning,passed out,collapsed *3 people,fire in *3 building,fire in *3 house,house fire,forest fire,
			child *2 locked in *2 car,hit by *2 train,wire fell,wires fell,wire *2 fallen,wire *3 on the ground,power lines *3 fell,
			power lines *3 broken}'),
		('en', 6, '{hit by *2 car,run over,choking}')
		) v (l, w, phrases), unnest(v.phrases::text[]) p;
	update reference_version set version = version + 1, changed_at = now();
	notify reference_changed;
end $$;
